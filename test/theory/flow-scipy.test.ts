/**
 * Compares the flow of a measure that is smooth in depth, and its adjoint, with SciPy's DOP853 on the same f in
 * NumPy.
 */
import { describe, expect, it } from 'vitest';
import {
  bottleneck,
  type DepthPath,
  type FamilyActivation,
  piecewiseConstant,
  matrix,
  type Measure,
  pathMeasure,
  type Problem,
  solve,
} from '../../src/mean-field/index.ts';
import { relativeError } from '../../src/reference/index.ts';
import { Generator, ops, scope, tensor, type Tensor } from '../../src/tensor/index.ts';
import { ask, python, versionOf } from '../peers/python.ts';

const version = versionOf('scipy');
const title = version ? `SciPy ${version}` : `SciPy: skipped, ${python} has no scipy`;

const [samples, d, particles, modes, steps] = [6, 3, 5, 3, 200];

interface Answer {
  readonly states: number[][];
  readonly costates: number[][];
  readonly miss: number;
}

const nested = (x: Tensor): unknown =>
  x.rank === 1 ? x.toArray() : ops.unbind(x, 0).map((row) => nested(row));

const smooth = (path: DepthPath): Measure => pathMeasure(path, steps);

function prepare(name: 'bottleneck' | 'matrix', activation: FamilyActivation, measureOf = smooth) {
  const family = { bottleneck, matrix }[name](activation);
  const generator = new Generator(7);
  const shape = [modes, particles, family.parameterCount(d)];
  const amplitudes = ops.mulScalar(generator.normal(shape, 'f64'), 1 / Math.sqrt(modes));
  const phases = ops.mulScalar(generator.uniform(shape, 'f64'), 2 * Math.PI);
  // Unequal weights whose sum is not 1.
  const weight = ops.addScalar(generator.uniform([particles], 'f64'), 0.1);
  const frequencies = tensor(
    Float64Array.from({ length: modes }, (_, r) => Math.PI * r),
    [modes, 1, 1],
  );
  const path: DepthPath = (t) => ({
    theta: scope(() =>
      ops.sumDim(ops.mul(amplitudes, ops.cos(ops.add(phases, ops.mulScalar(frequencies, t)))), [0]),
    ),
    weight,
  });
  const problem: Problem = {
    inputs: generator.normal([samples, d], 'f64'),
    targets: generator.normal([samples, d], 'f64'),
  };
  const { states, costates } = solve(problem, family, measureOf(path), { integrator: 'dopri5' });
  const task = {
    family: name,
    activation,
    amplitudes: nested(amplitudes),
    phases: nested(phases),
    weight: nested(weight),
    state: nested(problem.inputs),
    costate: nested(costates.at(-1)!),
  };
  return { task, states, costates };
}

describe.skipIf(version === undefined)(title, { timeout: 120_000 }, () => {
  it('states and costates at the middle and the ends of depth agree to 1e-10', () => {
    const cases = (['tanh', 'erf', 'softplus', 'gelu'] as const).flatMap((activation) =>
      (['bottleneck', 'matrix'] as const).map((name) => ({
        title: `${name} ${activation}`,
        ...prepare(name, activation),
      })),
    );
    const answers = ask(
      'flow_scipy.py',
      cases.map(({ task }) => task),
    ) as Answer[];
    const errors = cases.flatMap(({ title: name, states, costates }, i) => {
      const { states: theirStates, costates: theirCostates, miss } = answers[i]!;
      // SciPy's own error, measured on its way back: it must not hide ours.
      expect(miss, `${name}: SciPy returns to its start`).toBeLessThan(1e-9);
      const against = (ours: Tensor | undefined, theirs: number[] | undefined): number =>
        relativeError(ours!.toArray(), theirs!);
      return [
        [`${name}, X(1/2)`, against(states[steps / 2], theirStates[0])],
        [`${name}, X(1)`, against(states.at(-1), theirStates[1])],
        [`${name}, p(1/2)`, against(costates[steps / 2], theirCostates[0])],
        [`${name}, p(0)`, against(costates[0], theirCostates[1])],
      ] as const;
    });
    expect(errors.filter(([, error]) => !(error < 1e-10))).toEqual([]);
  });

  it('a planted fault, rho held at the left of each step, is detected', () => {
    const { task, states } = prepare('bottleneck', 'tanh', (path) => piecewiseConstant(smooth(path), 0));
    const [answer] = ask('flow_scipy.py', [task]) as Answer[];
    expect(relativeError(states.at(-1)!.toArray(), answer!.states[1]!)).toBeGreaterThan(1e-5);
  });
});
