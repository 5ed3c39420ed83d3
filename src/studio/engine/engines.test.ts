/** Compares the two engines of the lab numerically over random configurations. */
import { describe, expect, it } from 'vitest';
import {
  family as referenceFamily,
  linearisedDescent,
  particleLaws,
  relativeError,
  seededUniform,
} from '../../reference/index.ts';
import { liveTensorCount, scope, tensor } from '../../tensor/index.ts';
import { linearisedModel } from '../../mean-field/index.ts';
import type { Engine, Setting } from '../lab/engine.ts';
import { type LabState, labState, referenceEngine } from '../lab/index.ts';
import {
  ballStarts,
  drawnBlocks,
  drawnRho,
  drawnTwoLayer,
  embedded,
  settingOf,
  startSchedule,
} from '../lab/problem.ts';
import { scaledBy } from '../lab/rho.ts';
import { squareGrid } from '../lab/views/common.ts';
import { nativeEngine } from './native-engine.ts';

/** A deterministic state for a number. */
function configuration(number: number): LabState {
  const uniform = seededUniform(77 + number);
  const choose = <T>(list: readonly T[]): T => list[Math.floor(uniform() * list.length)]!;
  return labState({
    data: choose(['spirals', 'moons', 'circles', 'xor', 'single-index']),
    points: choose([4, 7, 33]),
    family: choose(['bottleneck', 'matrix']),
    activation: choose(['tanh', 'softplus', 'gelu', 'erf', 'relu']),
    depth: choose([1, 2, 5]),
    particles: choose([1, 3, 35]),
    law: choose(particleLaws.filter((law) => law !== 'zero')),
    scale: choose([0.3, 1, 2]),
    seed: number,
    scheme: choose(['mean-field', 'no-reorder', 'intervals', 'learned-step']),
    tauStart: choose(['uniform', 'random']),
    blocks: choose([1, 2, 6]),
    ds: 0.1,
    integrator: choose(['euler', 'heun', 'rk4']),
  });
}

const numbers = Array.from({ length: 24 }, (_, i) => i);
const near = (actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-12): void => {
  expect(actual.length).toBe(expected.length);
  // The relative error is undefined if all values are 0.
  if (Array.from(expected).some((value) => value !== 0))
    expect(relativeError(actual, expected)).toBeLessThan(tolerance);
  else expect(Array.from(actual).every((value) => Math.abs(value) < 1e-15)).toBe(true);
};
const both = <T>(ask: (engine: Engine) => T): [native: T, reference: T] => [
  ask(nativeEngine),
  ask(referenceEngine),
];

describe.each(numbers)('configuration %i', (number) => {
  const state = configuration(number);
  const setting = settingOf(state);
  const rho = drawnRho(state);
  const { d } = setting.problem;

  it('flow, adjoint, G, its slope and the Jacobians agree', () => {
    const [ours, plain] = both((engine) => engine.solve(setting, rho));
    near([ours.loss], [plain.loss]);
    ours.states.forEach((x, l) => {
      near(x, plain.states[l]!);
    });
    ours.costates.forEach((p, l) => {
      near(p, plain.costates[l]!);
    });
    near(...both((engine) => [engine.energy(setting, rho)]));
    const grid = {
      ...setting,
      problem: { ...setting.problem, inputs: embedded(squareGrid(1, 3), d), samples: 9 },
    };
    const [a, b] = both((engine) =>
      engine.states({ ...grid, problem: { ...grid.problem, targets: new Float64Array(9) } }, rho).at(-1)!,
    );
    near(a, b);
    const place = { state: plain.states[0]!, costate: plain.costates[1]! };
    const theta = ballStarts(state, 5);
    near(...both((engine) => engine.values(setting, place, theta)));
    near(...both((engine) => engine.slopes(setting, place, theta)));
    near(...both((engine) => engine.jacobians(setting, rho, rho.slices - 1, plain.states.at(-2)!)));
  });

  it('the two-layer model, the kernel and the linearised model agree', () => {
    const flat: Setting = { ...setting, family: { ...setting.family, twoLayer: true } };
    const wide = drawnTwoLayer(state);
    const [ours, plain] = both((engine) => engine.solve(flat, wide));
    near(ours.states.at(-1)!, plain.states.at(-1)!);
    near(ours.costates[0]!, plain.costates[0]!, 1e-10);
    near(...both((engine) => engine.kernel(flat, wide)));
    const [kernel, other] = both((engine) => engine.kernel(setting, rho));
    near(kernel, other);
    near(...both((engine) => engine.kernel(setting, rho, embedded(squareGrid(1, 3), d))));
    const residual = plain.states.at(-1)!.filter((_, i) => i % d === 1);
    const [a, b] = both((engine) => engine.linearised(other, residual, { eta: 0.1, steps: 20 }));
    near(a.losses, b.losses);
    near(a.residual, b.residual);
    near(a.moved, b.moved);
  });

  it('minima over the ball and line searches agree', () => {
    const solution = referenceEngine.solve(setting, rho);
    const place = { state: solution.states.at(-2)!, costate: solution.costates.at(-1)! };
    const starts = ballStarts(state, 6);
    const [ours, plain] = both((engine) => engine.minimise(setting, place, starts, { radius: 4, steps: 15 }));
    near([ours.value], [plain.value], 1e-10);
    const nu = new Float64Array(rho.slices * rho.size);
    for (let l = 0; l < rho.slices; l++) nu.set(plain.theta, l * rho.size);
    const [search, other] = both((engine) => engine.lineSearch(setting, rho, nu));
    near([search.lambda, search.loss], [other.lambda, other.loss], 1e-10);
  });

  it('the gradient flow agrees in particles, E, D and the integral of D', () => {
    const run = (engine: Engine): number[][] => {
      const rows: number[][] = [];
      const options = { ds: state.ds, steps: 6, method: state.integrator };
      const end = engine.train(setting, rho, options, ({ step, s, loss, dissipation, dissipated, theta }) => {
        rows.push([step, s, loss, dissipation, dissipated, ...(step === 3 ? theta() : [])]);
      });
      return [...rows, Array.from(end.theta)];
    };
    const [ours, plain] = both(run);
    expect(ours).toHaveLength(8);
    ours.forEach((row, i) => {
      near(row, plain[i]!, 1e-11);
    });
  });

  it('a flow stops on request', () => {
    for (const engine of [nativeEngine, referenceEngine]) {
      let steps = 0;
      engine.train(setting, rho, { ds: 0.1, steps: 50, method: 'euler' }, () => ++steps < 3);
      expect(steps).toBe(3);
    }
  });

  it('Algorithm 1 agrees in E, tau, order, swaps and blocks', () => {
    const run = (engine: Engine): { floats: number[]; places: unknown }[] => {
      const rows: { floats: number[]; places: unknown }[] = [];
      engine.trainBlocks(
        setting,
        drawnBlocks(state),
        startSchedule(state),
        { scheme: state.scheme, steps: 25, rate: 0.5, tauRate: 0.05 },
        ({ step, loss, schedule, order, swaps, theta }) => {
          const learned = Object.values(schedule).flatMap((list: Float64Array) => Array.from(list));
          rows.push({
            floats: [loss, ...learned, ...theta()],
            places: [step, Object.keys(schedule), order, swaps],
          });
        },
      );
      return rows;
    };
    const [ours, plain] = both(run);
    expect(ours).toHaveLength(26);
    ours.forEach(({ floats, places }, i) => {
      near(floats, plain[i]!.floats, 1e-10);
      expect(places).toEqual(plain[i]!.places);
    });
  });

  it.skipIf(state.activation === 'relu')('the expansion agrees and its orders sum to the flow', () => {
    const [ours, plain] = both((engine) => engine.expand(setting, rho, 5));
    expect(ours).toHaveLength(6);
    ours.forEach((c, k) => {
      near(c, plain[k]!, 1e-11);
    });
    const eps = 0.01;
    const exact = referenceEngine.states(setting, scaledBy(rho, eps)).at(-1)!;
    const sum = plain[0]!.map((_, i) => plain.reduce((all, c, k) => all + c[i]! * eps ** k, 0));
    near(sum, exact, 1e-9);
  });
});

it('swaps happen in the configurations above, under schemes that sort', () => {
  const sorted = numbers
    .map(configuration)
    .filter(({ scheme, blocks }) => blocks > 1 && scheme !== 'learned-step');
  expect(new Set(sorted.map(({ scheme }) => scheme)).size).toBe(3);
  let swaps = 0;
  for (const state of sorted)
    referenceEngine.trainBlocks(
      settingOf(state),
      drawnBlocks(state),
      startSchedule(state),
      { scheme: state.scheme, steps: 25, rate: 0.5, tauRate: 0.05 },
      (point) => {
        swaps += point.swaps.length;
      },
    );
  expect(swaps).toBeGreaterThan(0);
});

it("gradient descent of the linearised model is the library's closed form", () => {
  const state = configuration(1);
  const setting = settingOf(state);
  const { samples: n, targets } = setting.problem;
  const kernel = referenceEngine.kernel(setting, drawnRho(state));
  const residual = targets.map((y) => -y);
  const { residual: left } = linearisedDescent({ shape: [n, n], data: kernel }, residual, {
    eta: 0.2,
    steps: 37,
  });
  scope(() => {
    const model = linearisedModel(
      tensor(kernel, [n, n]),
      tensor(new Float64Array(n), [n, 1]),
      tensor(targets, [n, 1]),
    );
    const predictions = model.after(37, 0.2).toArray();
    near(
      left,
      predictions.map((u, i) => u - targets[i]!),
      1e-11,
    );
  });
});

it('the native engine leaves no tensors behind', () => {
  const state = configuration(3);
  const setting = settingOf(state);
  const rho = drawnRho(state);
  const solution = nativeEngine.solve(setting, rho);
  const place = { state: solution.states[0]!, costate: solution.costates[1]! };
  const all = (): void => {
    nativeEngine.solve(setting, rho);
    nativeEngine.jacobians(setting, rho, 0, solution.states[0]!);
    nativeEngine.minimise(setting, place, ballStarts(state, 4), { radius: 2, steps: 3 });
    nativeEngine.train(setting, rho, { ds: 0.1, steps: 3, method: 'rk4' });
    const kernel = nativeEngine.kernel(setting, rho);
    nativeEngine.linearised(kernel, setting.problem.targets, { eta: 0.1, steps: 3 });
  };
  all();
  const before = liveTensorCount();
  for (let i = 0; i < 5; i++) all();
  expect(liveTensorCount()).toBe(before);
});

it('blocks of the reference have the number of parameters stated by the lab', () => {
  for (const name of ['bottleneck', 'matrix'] as const) {
    const state = labState({ family: name });
    expect(referenceFamily(name, 'tanh').parameterCount(settingOf(state).problem.d)).toBe(
      drawnRho(state).size,
    );
  }
});
