/** C1: a ResNet is the Euler discretisation of the mean-field ODE. */
import {
  bottleneck,
  gaussian,
  piecewiseConstant,
  type Integrator,
  type Measure,
  pathMeasure,
  type Problem,
  smoothPaths,
  solveFlow,
} from '../../mean-field/index.ts';
import { ops, scope, type Tensor } from '../../tensor/index.ts';
import { within } from '../check.ts';
import type { Claim, ClaimContext } from '../claim.ts';
import { fitPower } from '../../stats/index.ts';
import type { Check, Series } from '../../runs/index.ts';

interface Row {
  readonly name: string;
  readonly integrator: Integrator;
  /** The fraction of a step at which rho is held constant; undefined: rho is evaluated at stage times. */
  readonly frozenAt?: number;
  readonly order: number;
  readonly depths: readonly number[];
}

const frozen = [32, 64, 128, 256, 512];
const rows: readonly Row[] = [
  { name: 'Euler', integrator: 'euler', order: 1, depths: [64, 128, 256, 512] },
  { name: 'Heun', integrator: 'heun', order: 2, depths: [64, 128, 256, 512] },
  { name: 'RK4', integrator: 'rk4', order: 4, depths: [64, 128, 256, 512] },
  {
    name: 'RK4, rho constant in each step (left end)',
    integrator: 'rk4',
    frozenAt: 0,
    order: 1,
    depths: frozen,
  },
  {
    name: 'RK4, rho constant in each step (midpoint)',
    integrator: 'rk4',
    frozenAt: 0.5,
    order: 2,
    depths: frozen,
  },
];

export const c1: Claim<{ solveFlow: typeof solveFlow }> = {
  id: 'C1',
  title: 'A ResNet is the Euler scheme of the mean-field ODE',
  statement:
    'X^{l+1} = X^l + (1/L) sum_j w_j f(X^l, theta_lj) tends to dX/dt = integral f(X, theta) rho(theta, t) as L grows.',
  parts: { solveFlow },
  measure(setting, parts) {
    const { problem, family, path } = example(setting);
    const finalState = (measure: Measure, integrator: Integrator): Tensor =>
      scope(() => parts.solveFlow(problem, family, measure, { integrator }).at(-1)!);
    const reference = scope(() =>
      solveFlow(problem, family, pathMeasure(path, 1024), { integrator: 'dopri5' }).at(-1)!,
    );
    const scale = ops.norm(reference).item();
    const checks: Check[] = [];
    const series: Series[] = rows.map(({ name, integrator, frozenAt, order, depths }, i) => {
      const errors = depths.map((depth) =>
        scope(() => {
          const smooth = pathMeasure(path, depth);
          const state = finalState(
            frozenAt === undefined ? smooth : piecewiseConstant(smooth, frozenAt),
            integrator,
          );
          return ops.norm(ops.sub(state, reference)).item() / scale;
        }),
      );
      const { slope, standardError } = fitPower(depths, errors, 1e-12);
      checks.push(within({ name: `order of ${name}`, measured: slope, standardError }, -order, 0.05));
      setting.progress((i + 1) / rows.length);
      return { name, points: depths.map((depth, j) => [depth, errors[j] ?? NaN]) };
    });
    return {
      sentence:
        'The error of the state at depth 1 decreases with the order of the scheme. If rho is constant in each step, the order is 1 (left end) or 2 (midpoint), whatever the scheme.',
      checks,
      panels: [
        {
          title: 'Error of X(., 1) against L',
          x: { title: 'number of slices L', log: true },
          y: { title: 'relative error', log: true },
          series,
        },
      ],
    };
  },
};

function example({ draw }: ClaimContext): {
  problem: Problem;
  family: ReturnType<typeof bottleneck>;
  path: ReturnType<typeof smoothPaths>;
} {
  const [samples, d, particles] = [16, 4, 8];
  const data = draw(0);
  const problem = { inputs: data.normal([samples, d], 'f64'), targets: data.normal([samples, d], 'f64') };
  const family = bottleneck('tanh');
  return {
    problem,
    family,
    path: smoothPaths(gaussian(), draw(1), particles, family.parameterCount(d), { dtype: 'f64' }),
  };
}
