/** The lab's native engine: mean-field on libtorch in float64. Arrays in, arrays out; all tensors are freed. */
import {
  bottleneck,
  energy,
  expandFlow,
  type Family,
  type FunctionalGradient,
  type GridMeasure,
  gridMeasure,
  insertParticles,
  lineSearch,
  matrix,
  minimiseOverBall,
  type Problem,
  solve,
  solveFlow,
  squaredLoss,
  tangentKernel,
  twoLayer,
  wassersteinFlow,
} from '../../mean-field/index.ts';
import { noGrad, ops, scope, tensor, type Tensor } from '../../tensor/index.ts';
import type { Engine, LabFamily, LabProblem, StateAndCostate, Rho, Setting } from '../lab/engine.ts';
import { nativeBlocks } from './native-blocks.ts';

const numbers = (x: Tensor): Float64Array => x.toTypedArray() as Float64Array;

function problemOf({ samples, d, inputs, targets, readout }: LabProblem): Problem {
  return {
    inputs: tensor(inputs, [samples, d]),
    targets: tensor(targets, [samples, 1]),
    readout: tensor(readout, [1, d]),
  };
}

function familyOf({ name, activation, twoLayer: flat }: LabFamily): Family {
  const family = name === 'bottleneck' ? bottleneck(activation) : matrix(activation);
  return flat ? twoLayer(family) : family;
}

function measureOf({ slices, particles, size, steps, theta, weight }: Rho): GridMeasure {
  return gridMeasure(tensor(theta, [slices, particles, size]), {
    steps: Array.from(steps),
    weight: tensor(weight, [slices, particles]),
  });
}

/** Runs `body` with the setting as tensors and frees them afterwards. */
const within = <T>(setting: Setting, body: (problem: Problem, family: Family) => T): T =>
  noGrad(() => scope(() => body(problemOf(setting.problem), familyOf(setting.family))));

/** G from a state and a costate. Valid only within the scope in which it is created. */
function gradientAt(
  family: Family,
  { problem: { d } }: Setting,
  { state, costate }: StateAndCostate,
): FunctionalGradient {
  const samples = state.length / d;
  const [x, p] = [tensor(state, [samples, d]), tensor(costate, [samples, d])];
  const gather = (theta: Tensor, part: 'theta' | 'weight'): Tensor =>
    scope(() => {
      const weight = ops.full([theta.shape[0] ?? 0], 1, 'f64');
      const pulled = family.pullback(x, { theta, weight }, p, { [part]: true })[part]!;
      return ops.divScalar(pulled, samples);
    });
  return { value: (theta) => gather(theta, 'weight'), slope: (theta) => gather(theta, 'theta'), stages: [] };
}

const rowsOf = (family: Family, { problem: { d } }: Setting, theta: Float64Array): Tensor => {
  const k = family.parameterCount(d);
  return tensor(theta, [theta.length / k, k]);
};

export const nativeEngine: Engine = {
  name: 'native',

  states: (setting, rho) =>
    within(setting, (problem, family) => solveFlow(problem, family, measureOf(rho)).map(numbers)),

  energy: (setting, rho) => within(setting, (problem, family) => energy(problem, family, measureOf(rho))),

  solve: (setting, rho) =>
    within(setting, (problem, family) => {
      const { loss, states, costates } = solve(problem, family, measureOf(rho));
      return { loss, states: states.map(numbers), costates: costates.map(numbers) };
    }),

  values: (setting, place, theta) =>
    within(setting, (_, family) =>
      numbers(gradientAt(family, setting, place).value(rowsOf(family, setting, theta))),
    ),

  slopes: (setting, place, theta) =>
    within(setting, (_, family) =>
      numbers(gradientAt(family, setting, place).slope(rowsOf(family, setting, theta))),
    ),

  jacobians: (setting, rho, l, state) =>
    within(setting, (_, family) => {
      const { d } = setting.problem;
      const x = tensor(state, [state.length / d, d]);
      const particles = measureOf(rho).particles(l, 0);
      const rows = Array.from({ length: d }, (_row, i) => {
        const unit = ops.zeros(x.shape, 'f64');
        ops.fill_(ops.select(unit, 1, i), 1);
        return family.pullback(x, particles, unit, { state: true }).state!;
      });
      return numbers(ops.stack(rows, 1));
    }),

  minimise: (setting, place, starts, options) =>
    within(setting, (_, family) => {
      const k = family.parameterCount(setting.problem.d);
      const found = minimiseOverBall(gradientAt(family, setting, place), k, {
        ...options,
        starts: rowsOf(family, setting, starts),
      });
      return { theta: numbers(found.theta), value: found.values[0] ?? NaN };
    }),

  lineSearch: (setting, rho, nu) =>
    within(setting, (problem, family) => {
      const measure = measureOf(rho);
      const atoms = tensor(nu, [rho.slices, 1, rho.size]);
      return lineSearch(problem, family, (lambda) => insertParticles(measure, atoms, lambda));
    }),

  train: (setting, rho, { ds, steps, method }, onStep) =>
    within(setting, (problem, family) => {
      const end = wassersteinFlow(problem, family, measureOf(rho), {
        ds,
        maxSteps: steps,
        method,
        onStep: ({ step, s, loss, dissipation, dissipated, measure }) =>
          onStep?.({ step, s, loss, dissipation, dissipated, theta: () => numbers(measure.theta) }) !== false,
      });
      return { ...rho, theta: numbers(end.measure.theta) };
    }),

  trainBlocks: (setting, theta, schedule, options, onStep) => {
    within(setting, (problem, family) => {
      const start = rowsOf(family, setting, theta);
      nativeBlocks({ problem, family, theta: start, schedule }, options, onStep);
    });
  },

  expand: (setting, rho, order) =>
    within(setting, (problem, family) => expandFlow(problem, family, measureOf(rho), order).map(numbers)),

  kernel: (setting, rho, against) =>
    within(setting, (problem, family) => {
      const { d } = setting.problem;
      const others = against && tensor(against, [against.length / d, d]);
      return numbers(tangentKernel(problem, family, measureOf(rho), { against: others }));
    }),

  linearised: (kernel, residual, { eta, steps }) =>
    noGrad(() =>
      scope(() => {
        const n = residual.length;
        const step = tensor(kernel, [n, n]);
        ops.mulScalar_(step, -eta / n);
        const left = tensor(residual, [n, 1]);
        const moved = ops.zeros([n, 1], 'f64');
        const zero = ops.zeros([n, 1], 'f64');
        const losses = new Float64Array(steps + 1);
        for (let i = 0; i <= steps; i++) {
          losses[i] = scope(() => squaredLoss.value(left, zero).item());
          if (i === steps) break;
          ops.add_(moved, left, eta);
          scope(() => {
            ops.add_(left, ops.mm(step, left));
          });
        }
        return { losses, residual: numbers(left), moved: numbers(moved) };
      }),
    ),
};
