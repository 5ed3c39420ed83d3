/** C2: the adjoint equation is back-propagation. */
import {
  adjointFlow,
  bottleneck,
  continuousAdjoint,
  type Family,
  flow,
  flowGradient,
  gaussian,
  gridMeasure,
  type Integrator,
  matrix,
  type Measure,
  type ParticleMeasure,
  pathMeasure,
  type Problem,
  slicesOf,
  smoothPaths,
  solve,
  squaredLoss,
} from '../../mean-field/index.ts';
import type { Check, Series } from '../../runs/index.ts';
import { enableGrad, type Generator, grad, ops, scope, tensor, type Tensor } from '../../tensor/index.ts';
import { atMost, within } from '../check.ts';
import type { Claim, ClaimContext } from '../claim.ts';
import { fitPower } from '../../stats/index.ts';
import { type AdjointFlow, stageChecks } from './c02-stage.ts';

interface Parts {
  readonly flowGradient: typeof flowGradient;
  readonly continuousAdjoint: typeof continuousAdjoint;
  readonly adjointFlow: AdjointFlow;
}

const schemes: readonly Integrator[] = ['euler', 'heun', 'rk4'];
const tensors = ['theta', 'weight', 'tau (steps)', 'W2', 'W1'] as const;

export const c2: Claim<Parts> = {
  id: 'C2',
  title: 'The adjoint equation is back-propagation',
  statement:
    'p^l = p^{l+1} + h sum_j w_j grad_x f(X^l, theta_lj)^T p^{l+1} gives every gradient of E, and tends to dp/dt = - grad_x F^T p as L grows.',
  parts: { flowGradient, continuousAdjoint, adjointFlow },
  real: true,
  cost: 4,
  measure(setting, parts) {
    const discrete = againstAutograd(setting, parts);
    const continuous = distanceInDepth(setting, parts);
    return {
      sentence:
        'The discrete adjoint equals automatic differentiation up to rounding error; the continuous adjoint, solved backwards as an ODE, differs from it by O(1/L).',
      checks: [...discrete.checks, continuous.check, ...stageChecks(setting, parts.adjointFlow)],
      panels: [
        {
          title: 'Continuous against discrete costate at depth 0',
          x: { title: 'number of slices L', log: true },
          y: { title: 'relative difference', log: true },
          series: continuous.series,
        },
      ],
    };
  },
};

function againstAutograd({ draw, quick, progress }: ClaimContext, parts: Parts): { checks: Check[] } {
  const worst = new Map<string, number>(tensors.map((name) => [name, 0]));
  const draws = quick ? 4 : 20;
  for (let i = 0; i < draws; i++) {
    for (const family of [bottleneck('tanh'), matrix('softplus'), bottleneck('gelu')])
      for (const integrator of schemes)
        scope(() => {
          const { problem, measure } = example(draw(i), family);
          const ours = parts.flowGradient(problem, family, measure, { integrator });
          const expected = byAutograd(problem, family, measure, integrator);
          const steps = tensor(ours.steps);
          [ours.theta, ours.weight, steps, ours.embedding!, ours.readout!].forEach((x, j) => {
            const name = tensors[j] ?? '';
            worst.set(name, Math.max(worst.get(name) ?? 0, relativeError(x, expected[j]!)));
          });
        });
    progress((0.6 * (i + 1)) / draws);
  }
  return {
    checks: [...worst].map(([name, measured]) =>
      atMost({ name: `relative error of the gradient in ${name}`, measured }, 1e-11),
    ),
  };
}

/** The costate at depth 0 from both adjoints, as a function of L, for rho smooth in depth. */
function distanceInDepth({ draw, quick }: ClaimContext, parts: Parts): { check: Check; series: Series[] } {
  const family = bottleneck('tanh');
  const generator = draw(1000);
  const { problem } = example(generator, family);
  const d = problem.embedding?.shape[0] ?? 0;
  const path = smoothPaths(gaussian(), generator, 8, family.parameterCount(d), { dtype: 'f64' });
  const depths = quick ? [64, 128, 256] : [64, 128, 256, 512, 1024];
  const errors = depths.map((depth) =>
    scope(() => {
      const measure = pathMeasure(path, depth);
      const { states, costates } = solve(problem, family, measure);
      const back = parts.continuousAdjoint(family, measure, states.at(-1)!, costates.at(-1)!);
      return relativeError(back.costates[0]!, costates[0]!);
    }),
  );
  const { slope, standardError } = fitPower(depths, errors);
  return {
    check: within({ name: 'order of the continuous adjoint', measured: slope, standardError }, -1, 0.05),
    series: [{ name: 'measured', points: depths.map((depth, i) => [depth, errors[i] ?? NaN]) }],
  };
}

function example(generator: Generator, family: Family): { problem: Problem; measure: ParticleMeasure } {
  const [samples, features, d, outputs, slices, particles] = [6, 3, 4, 2, 5, 3];
  const normal = (...shape: number[]): Tensor => generator.normal(shape, 'f64');
  const problem = {
    inputs: normal(samples, features),
    targets: normal(samples, outputs),
    embedding: normal(d, features),
    readout: normal(outputs, d),
  };
  const weight = ops.div(
    generator.uniform([slices, particles], 'f64'),
    tensor(particles, [], { dtype: 'f64' }),
  );
  const steps = generator.uniform([slices], 'f64').toArray();
  return {
    problem,
    measure: gridMeasure(normal(slices, particles, family.parameterCount(d)), { steps, weight }),
  };
}

/** The gradients in theta, weight, steps, W2 and W1, by automatic differentiation of the same scheme. */
function byAutograd(
  problem: Problem,
  family: Family,
  measure: ParticleMeasure,
  integrator: Integrator,
): Tensor[] {
  const leaf = (x: Tensor): Tensor => ops.clone(x).setRequiresGrad();
  const [theta, weight, steps] = [
    leaf(measure.theta),
    leaf(measure.weight),
    leaf(tensor(Float64Array.from(measure.steps))),
  ];
  const moved = { ...problem, embedding: leaf(problem.embedding!), readout: leaf(problem.readout!) };
  const recorded: Measure = {
    steps: measure.steps,
    particles: (l) => ({ theta: ops.select(theta, 0, l), weight: ops.select(weight, 0, l) }),
  };
  return enableGrad(() => {
    const { inputs, embedding, readout, targets } = moved;
    const mapped = (x: Tensor, weight: Tensor): Tensor => ops.mm(x, ops.transpose(weight, 0, 1));
    const slices = slicesOf(family, recorded, { integrator });
    const state = flow(slices, mapped(inputs, embedding), ops.unbind(steps, 0));
    return grad(squaredLoss.value(mapped(state, readout), targets), [
      theta,
      weight,
      steps,
      embedding,
      readout,
    ]);
  });
}

function relativeError(actual: Tensor, expected: Tensor): number {
  return scope(() => ops.max(ops.abs(ops.sub(actual, expected))).item() / ops.max(ops.abs(expected)).item());
}
