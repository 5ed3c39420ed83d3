/** User-supplied functions: how they may treat their arguments, and errors about their results. */
import { expect, it } from 'vitest';
import { UsageError } from '../../errors.ts';
import { relativeError } from '../../reference/index.ts';
import { Generator, noGrad, ops, scope, tensor, type Tensor } from '../../tensor/index.ts';
import { denseFlow } from '../dense-flow.ts';
import { flowGradient, solve, solveFlow } from '../gradient.ts';
import { functionalGradient } from '../functional-gradient.ts';
import { tangentKernel, tangentPull, tangentPush } from '../kernel/index.ts';
import { gridMeasure, intervalMeasure, pathMeasure } from '../measures/index.ts';
import { branchFamily } from './branch.ts';
import { customFamily, type CustomFamily } from './custom.ts';
import type { Family } from './family.ts';
import { twoLayer } from './two-layer.ts';

const generator = new Generator(4);
const normal = (...shape: number[]): Tensor => generator.normal(shape, 'f64');
const d = 3;
const problem = { inputs: normal(4, d), targets: normal(4, d) };
const measure = gridMeasure(normal(5, 2, d));
const own = (value: CustomFamily['value'], more: Partial<CustomFamily> = {}): Family =>
  customFamily({ parameterCount: d, value, ...more });
const tame = own((x, theta) => ops.tanh(ops.mul(x, theta)));

const buffers = new Map<number, Tensor>();
const reused = (x: Tensor): Tensor => {
  const buffer = buffers.get(x.rank) ?? ops.clone(ops.detach(x));
  buffers.set(x.rank, buffer);
  return buffer;
};
const wild: readonly (readonly [string, Family])[] = [
  [
    'the state',
    own((x, theta) => {
      ops.mul_(x, theta);
      return ops.tanh(x);
    }),
  ],
  [
    'the state, through its memory',
    own((x, theta) => {
      const result = ops.tanh(ops.mul(x, theta));
      noGrad(() => {
        ops.fill_(ops.detach(x), 7);
      });
      return result;
    }),
  ],
  [
    'theta',
    own((x, theta) => {
      const result = ops.tanh(ops.mul(x, theta));
      noGrad(() => {
        ops.fill_(ops.detach(theta), 7);
      });
      return result;
    }),
  ],
  [
    'both, batched',
    own(
      (x, theta) => {
        const result = ops.tanh(ops.mul(x, theta));
        noGrad(() => {
          ops.fill_(ops.detach(theta), 7);
          ops.fill_(ops.detach(x), 7);
        });
        return result;
      },
      { batched: true },
    ),
  ],
  [
    'the state of a branch',
    branchFamily({
      stateShape: [d],
      parameters: { a: [d] },
      value: (x, { a }) => {
        ops.mul_(x, a);
        return ops.tanh(x);
      },
    }),
  ],
];

it.each(wild)('a family that overwrites %s gives the right flow and no side effects', (_, family) => {
  scope(() => {
    const before = [problem.inputs, measure.theta, measure.weight].map((x) => x.toArray());
    const states = solveFlow(problem, family, measure);
    const expected = solveFlow(problem, tame, measure);
    expect(states.map((x) => x.toArray())).toEqual(expected.map((x) => x.toArray()));
    const dense = denseFlow(problem, family, measure, { relative: 1e-3, absolute: 1e-3 });
    const other = denseFlow(problem, tame, measure, { relative: 1e-3, absolute: 1e-3 });
    expect(dense.states.at(-1)!.toArray()).toEqual(other.states.at(-1)!.toArray());
    expect([problem.inputs, measure.theta, measure.weight].map((x) => x.toArray())).toEqual(before);
  });
});

it('a family that works in place has correct gradients', () => {
  scope(() => {
    const inPlace = own((x, theta) => {
      ops.mulScalar_(x, 2);
      const result = ops.mul(x, theta);
      ops.mulScalar_(result, 3);
      return result;
    });
    const plain = own((x, theta) => ops.mulScalar(ops.mul(x, theta), 6));
    const [a, b] = [inPlace, plain].map((family) => flowGradient(problem, family, measure));
    expect(relativeError(a!.theta.toArray(), b!.theta.toArray())).toBeLessThan(1e-14);
    expect(relativeError(a!.costates[0]!.toArray(), b!.costates[0]!.toArray())).toBeLessThan(1e-14);
  });
});

it('a family that refills one tensor does not repeat its last particle', () => {
  noGrad(() => {
    scope(() => {
      const filling = own((x, theta) => {
        const buffer = reused(x);
        ops.copy_(buffer, ops.tanh(ops.mul(x, theta)));
        return buffer;
      });
      const particles = measure.particles(0, 0);
      expect(filling.values(problem.inputs, particles.theta).toArray()).toEqual(
        tame.values(problem.inputs, particles.theta).toArray(),
      );
    });
  });
});

const returned: readonly (readonly [string, () => unknown, string])[] = [
  [
    'undefined',
    () => undefined,
    'value returned undefined (is a return missing?), expected a tensor of f64 [4, 3]',
  ],
  ['null', () => null, 'value returned null (object), expected'],
  ['a number', () => 1, 'value returned 1 (number), expected'],
  [
    'another dtype',
    () => tensor(new Float32Array(12), [4, 3]),
    'value returned f32, expected a tensor of f64 [4, 3]',
  ],
  ['another shape', () => normal(3), 'value returned shape [3], expected a tensor of f64 [4, 3]'],
  [
    'a promise',
    () => Promise.reject(new Error('too late')),
    'value returned a promise: it must be synchronous',
  ],
];
it.each(returned)('a family or branch that returns %s fails with a one-line message', (_, value, message) => {
  scope(() => {
    const families = [
      customFamily({ name: 'mine', parameterCount: d, value: value as CustomFamily['value'] }),
      twoLayer(customFamily({ name: 'mine', parameterCount: d, value: value as CustomFamily['value'] })),
      branchFamily({ name: 'mine', stateShape: [d], parameters: { a: [d] }, value: value as () => Tensor }),
    ];
    for (const family of families)
      for (const act of [
        () => solve(problem, family, measure),
        () => flowGradient(problem, family, measure),
        () => denseFlow(problem, family, measure),
      ]) {
        expect(act).toThrow(UsageError);
        expect(act).toThrow(`family mine: ${message}`);
      }
  });
});

it('a custom path that returns something else fails with a one-line message', () => {
  const { theta, weight } = measure.particles(0, 0);
  const cases: readonly (readonly [unknown, string])[] = [
    [undefined, 'the path of a measure at t = 0 returned undefined, expected particles { theta, weight }'],
    [Promise.resolve({ theta, weight }), 'the path of a measure at t = 0 returned a promise'],
    [{ theta }, 'the path of a measure at t = 0: weight returned undefined'],
    [{ theta: 3, weight }, 'the path of a measure at t = 0: theta returned 3 (number), expected a tensor'],
    [{ theta: weight, weight }, 'the path of a measure at t = 0: theta is [2], expected [M, k]'],
    [{ theta, weight: normal(3) }, 'weight returned shape [3], expected a tensor of f64 [2]'],
  ];
  for (const [result, message] of cases) {
    const rho = pathMeasure((() => result) as unknown as () => { theta: Tensor; weight: Tensor }, 4);
    expect(() => solveFlow(problem, tame, rho)).toThrow(UsageError);
    expect(() => solveFlow(problem, tame, rho)).toThrow(message);
  }
});

it('measures and families copy the lists that they are made from', () => {
  const steps = [0.25, 0.75];
  const grid = gridMeasure(normal(2, 1, d), { steps });
  const path = pathMeasure(() => measure.particles(0, 0), steps);
  const tau = [0, 0.5];
  const tauEnd = [0.5, 1];
  const intervals = intervalMeasure(normal(2, d), { tau, tauEnd });
  const stateShape = [d];
  const shape = [d];
  const branch = branchFamily({ stateShape, parameters: { a: shape }, value: (x, { a }) => ops.mul(x, a) });
  for (const list of [steps, tau, tauEnd, stateShape, shape]) list.fill(9);
  expect([grid.steps, path.steps]).toEqual([
    [0.25, 0.75],
    [0.25, 0.75],
  ]);
  expect([intervals.tau, intervals.tauEnd]).toEqual([
    [0, 0.5],
    [0.5, 1],
  ]);
  expect(branch.velocity(problem.inputs, { theta: normal(1, d), weight: normal(1) }).shape).toEqual([4, d]);
  for (const list of [grid.steps, path.steps, intervals.tau, intervals.breaks, intervals.members(0)])
    expect(() => {
      (list as number[])[0] = 3;
    }).toThrow(TypeError);
});

it.each([
  [
    () => gridMeasure(measure.theta, { wieght: measure.weight } as object),
    'unknown option wieght of gridMeasure: did you mean weight?',
  ],
  [
    () => gridMeasure(measure.theta, { steps: 5 as unknown as number[] }),
    'expected a list of numbers for steps, got 5',
  ],
  [
    () => intervalMeasure(normal(2, d), { tau: [0, 1], tauend: [1, 1] } as never),
    'unknown option tauend of intervalMeasure: did you mean tauEnd?',
  ],
  [
    () => customFamily({ parameterCount: 1, value: (x: Tensor) => x, batch: true } as never),
    'unknown option batch of customFamily: did you mean batched?',
  ],
  [
    () => customFamily({ parameterCount: 1 } as never),
    'expected a function for value of family custom, got undefined',
  ],
  [
    () => branchFamily({ stateShape: [1], parameters: {}, value: (x: Tensor) => x, dtype: 1 } as never),
    'unknown option dtype of branchFamily',
  ],
])('unknown options are rejected (%#)', (act, message) => {
  expect(act).toThrow(UsageError);
  expect(act).toThrow(message);
});

/** f(t, x, theta) = cos(t) tanh(theta x). */
const timed = own((x, theta, t) => ops.mulScalar(ops.tanh(ops.mul(x, theta)), Math.cos(3 * t)));
/** The same flow, with a weight that decreases with depth. */
const weighted = pathMeasure((t) => {
  const { theta } = measure.particles(0, 0);
  return { theta, weight: ops.full([2], Math.cos(3 * t) / 2, 'f64') };
}, 5);
const constant = gridMeasure(ops.stack(Array.from({ length: 5 }, () => measure.particles(0, 0).theta)));

it.each(['euler', 'heun', 'rk4'] as const)(
  'f(t, x, theta) is evaluated at the depth of each stage (%s)',
  (integrator) => {
    scope(() => {
      const a = solve(problem, timed, constant, { integrator });
      const b = solve(problem, tame, weighted, { integrator });
      a.states.forEach((x, l) => {
        expect(relativeError(x.toArray(), b.states[l]!.toArray())).toBeLessThan(1e-14);
      });
      a.costates.forEach((x, l) => {
        expect(relativeError(x.toArray(), b.costates[l]!.toArray())).toBeLessThan(1e-14);
      });
      const theta = normal(3, d);
      const g = functionalGradient(a, 2);
      const h = functionalGradient(b, 2);
      if (integrator === 'euler') {
        const factor = Math.cos(3 * 0.4);
        const scaled = ops.mulScalar(h.value(theta), factor);
        expect(relativeError(g.value(theta).toArray(), scaled.toArray())).toBeLessThan(1e-13);
      }
    });
  },
);

it('the gradient of f(t, x, theta) equals finite differences, and its dense flow equals that of the path', () => {
  scope(() => {
    for (const family of [timed, twoLayer(timed)]) {
      const { theta, costates } = flowGradient(problem, family, measure, { integrator: 'heun' });
      const values = measure.theta.toArray();
      for (const i of [0, 7, 23]) {
        const at = (step: number): number => {
          const moved = values.with(i, values[i]! + step);
          const rho = measure.withTheta(tensor(moved, measure.theta.shape, { dtype: 'f64' }));
          return solve(problem, family, rho, { integrator: 'heun' }).loss;
        };
        expect(theta.toArray()[i]).toBeCloseTo((at(1e-5) - at(-1e-5)) / 2e-5, 9);
      }
      expect(costates).toHaveLength(6);
    }
    const a = denseFlow(problem, timed, constant).states.at(-1)!;
    const b = denseFlow(problem, tame, weighted).states.at(-1)!;
    expect(relativeError(a.toArray(), b.toArray())).toBeLessThan(1e-8);
  });
});

it('the tangent kernel of f(t, x, theta) is J M J^T', () => {
  scope(() => {
    const z = normal(4, d);
    const kernel = tangentKernel(problem, timed, measure);
    const direct = ops.view(ops.mm(kernel, ops.reshape(z, [-1, 1])), [4, d]);
    const pulled = tangentPull(problem, timed, measure, z);
    const pushed = ops.mulScalar(tangentPush(problem, timed, measure, pulled), 4);
    expect(relativeError(pushed.toArray(), direct.toArray())).toBeLessThan(1e-12);
  });
});

it('f(t, x, theta) without a depth is rejected, not evaluated at an arbitrary depth', () => {
  const particles = measure.particles(0, 0);
  expect(() => timed.velocity(problem.inputs, particles)).toThrow(
    'family custom depends on depth: its particles need one, such as { theta, weight, depth: 0.5 }',
  );
  expect(() => timed.values(problem.inputs, particles.theta)).toThrow('depends on depth');
  const at0 = timed.velocity(problem.inputs, { ...particles, depth: 0 }).toArray();
  expect(at0).toEqual(tame.velocity(problem.inputs, particles).toArray());
});

it('signed weights, and weights of 0, have a tangent kernel without a closed form', () => {
  scope(() => {
    const weight = tensor([0.5, -0.25, 1, 0, -1, 0.5, 0.25, 0.25, 1, -2], [5, 2], { dtype: 'f64' });
    const signed = gridMeasure(measure.theta, { weight, signed: true });
    const z = normal(4, d);
    for (const metric of ['wasserstein', 'euclidean'] as const) {
      const kernel = tangentKernel(problem, tame, signed, { metric });
      const direct = ops.view(ops.mm(kernel, ops.reshape(z, [-1, 1])), [4, d]);
      const pulled = tangentPull(problem, tame, signed, z, metric);
      const pushed = ops.mulScalar(tangentPush(problem, tame, signed, pulled), 4);
      expect(relativeError(pushed.toArray(), direct.toArray())).toBeLessThan(1e-12);
    }
  });
});
