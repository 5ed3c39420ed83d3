/** C2h: state and costate satisfy Hamilton's equations. */
import {
  bottleneck,
  type Family,
  gaussian,
  matrix,
  type Particles,
  pathMeasure,
  smoothPaths,
  solve,
} from '../../mean-field/index.ts';
import type { Check, Series } from '../../runs/index.ts';
import { enableGrad, type Generator, grad, ops, scope, type Tensor } from '../../tensor/index.ts';
import { atMost, within } from '../check.ts';
import type { Claim, ClaimContext } from '../claim.ts';
import { fitPower, median } from '../../stats/index.ts';

/** H(p, X) = p . F(X) of each sample, [N]. */
type Hamiltonian = (family: Family, particles: Particles, state: Tensor, costate: Tensor) => Tensor;

interface Parts {
  readonly hamiltonian: Hamiltonian;
  readonly solve: typeof solve;
}

export const hamiltonian: Hamiltonian = (family, particles, state, costate) =>
  scope(() => ops.sumDim(ops.mul(costate, family.velocity(state, particles)), [1]));

export const c2h: Claim<Parts> = {
  id: 'C2h',
  title: 'State and costate form a Hamiltonian system',
  statement: 'dX/dt = dH/dp and dp/dt = - dH/dX with H(p, X, t) = p . integral f(X, theta) rho(theta, t).',
  parts: { hamiltonian, solve },
  measure(setting, parts) {
    const drift = driftInDepth(setting, parts);
    return {
      sentence:
        'The derivatives of H equal the velocities of state and costate up to rounding error. If rho does not depend on depth, H is conserved along depth up to O(1/L).',
      checks: [...equations(setting, parts), drift.check],
      panels: [
        {
          title: 'Drift of H along depth, rho constant in depth',
          x: { title: 'number of slices L', log: true },
          y: { title: 'max over depth of abs(H - H(0)) / RMS of H', log: true },
          series: drift.series,
        },
      ],
    };
  },
};

/** Compares the vector fields of flow and adjoint with derivatives of H by autograd. */
function equations({ draw, quick }: ClaimContext, parts: Parts): Check[] {
  let [forward, backward] = [0, 0];
  for (let i = 0; i < (quick ? 5 : 50); i++)
    scope(() => {
      const generator = draw(i);
      const family = i % 2 ? bottleneck('tanh') : matrix('gelu');
      const { state, costate, particles } = example(generator, family);
      const [x, p] = [ops.clone(state).setRequiresGrad(), ops.clone(costate).setRequiresGrad()];
      const [dHdx, dHdp] = enableGrad(() =>
        grad(ops.sum(parts.hamiltonian(family, particles, x, p)), [x, p]),
      ) as [Tensor, Tensor];
      forward = Math.max(forward, relativeError(family.velocity(state, particles), dHdp));
      const pulled = family.pullback(state, particles, costate, { state: true }).state!;
      backward = Math.max(backward, relativeError(pulled, dHdx));
    });
  return [
    atMost({ name: 'dX/dt against dH/dp, relative error', measured: forward }, 1e-11),
    atMost({ name: 'dp/dt against - dH/dX, relative error', measured: backward }, 1e-11),
  ];
}

function driftInDepth(
  { draw, quick, progress }: ClaimContext,
  parts: Parts,
): { check: Check; series: Series[] } {
  const family = bottleneck('tanh');
  const depths = quick ? [64, 128, 256] : [64, 128, 256, 512, 1024];
  const draws = quick ? 3 : 9;
  const drifts = Array.from({ length: draws }, (_, i) => {
    const { state, costate, particles } = example(draw(100 + i), family);
    const problem = { inputs: state, targets: costate };
    progress((i + 1) / draws);
    return depths.map((depth) =>
      scope(() => {
        const { states, costates } = parts.solve(
          problem,
          family,
          pathMeasure(() => particles, depth),
        );
        const along = states.map((x, l) => parts.hamiltonian(family, particles, x, costates[l]!));
        const first = along[0]!;
        const worst = along.map((h) => ops.max(ops.abs(ops.sub(h, first))).item());
        return (Math.max(...worst) * Math.sqrt(first.size)) / ops.norm(first).item();
      }),
    );
  });
  const slopes = drifts.map((errors) => fitPower(depths, errors).slope);
  return {
    check: within({ name: 'order of the drift of H, median over draws', measured: median(slopes) }, -1, 0.1),
    series: drifts.map((errors, i) => ({
      name: `draw ${i + 1}`,
      points: depths.map((depth, j) => [depth, errors[j] ?? NaN]),
    })),
  };
}

function example(
  generator: Generator,
  family: Family,
): { state: Tensor; costate: Tensor; particles: Particles } {
  const [samples, d, count] = [6, 4, 5];
  return {
    state: generator.normal([samples, d], 'f64'),
    costate: generator.normal([samples, d], 'f64'),
    particles: smoothPaths(gaussian(), generator, count, family.parameterCount(d), { dtype: 'f64' })(0),
  };
}

function relativeError(actual: Tensor, expected: Tensor): number {
  return scope(() => ops.max(ops.abs(ops.sub(actual, expected))).item() / ops.max(ops.abs(expected)).item());
}
