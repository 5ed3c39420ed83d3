/** Compares the exact discrete adjoint with autograd through the same scheme, and G with differences of E. */
import { expect, it } from 'vitest';
import {
  energy,
  flow,
  flowGradient,
  functionalGradient,
  type Measure,
  slicesOf,
  solve,
} from '../../src/mean-field/index.ts';
import { initialState, lossOf } from '../../src/mean-field/problem.ts';
import { Generator, grad, ops, scope, tensor, type Tensor } from '../../src/tensor/index.ts';
import { type Configuration, configuration } from './random-configuration.ts';

const relative = (actual: Tensor, expected: Tensor): number =>
  scope(() => ops.max(ops.abs(ops.sub(actual, expected))).item() / ops.max(ops.abs(expected)).item());

/** Gradients by autograd: theta, weight, each step, W2, W1; zero where the loss does not depend on them. */
function byAutograd({ problem, family, integrator, measure, rebuild }: Configuration): Tensor[] {
  const leaf = (x: Tensor): Tensor => ops.clone(x).setRequiresGrad();
  const [theta, weight] = [leaf(measure.theta), leaf(measure.weight)];
  const steps = measure.steps.map((h) => tensor(h, [], { dtype: 'f64' }).setRequiresGrad());
  const embedding = problem.embedding && leaf(problem.embedding);
  const readout = problem.readout && leaf(problem.readout);
  const moved = { ...problem, embedding, readout };
  const slices = slicesOf(family, rebuild(theta, weight), { integrator });
  const loss = lossOf(moved, flow(slices, initialState(moved), steps));
  const leaves = [theta, weight, ...steps, embedding, readout].filter((x) => x !== undefined);
  // A zero term connects particles that act nowhere to the loss.
  const reach = leaves.map((x) => ops.mulScalar(ops.sum(x), 0)).reduce((a, b) => ops.add(a, b));
  return grad(ops.add(loss, reach), leaves);
}

it('the adjoint equals autograd in 200 random configurations: families, activations, integrators, measures, outputs', () => {
  let worst = 0;
  let where = '';
  for (let number = 0; number < 200; number++)
    scope(() => {
      const one = configuration(number);
      const { integrator } = one;
      const { theta, weight, steps, embedding, readout } = flowGradient(
        one.problem,
        one.family,
        one.measure,
        { integrator },
      );
      const ours = [
        theta,
        weight,
        ...Array.from(steps, (g) => tensor(g, [], { dtype: 'f64' })),
        embedding,
        readout,
      ];
      const given = ours.filter((x) => x !== undefined);
      const expected = byAutograd(one);
      expect(given.map((x) => x.shape)).toEqual(expected.map((x) => x.shape));
      // Joins the steps into one tensor, so that a derivative that happens to vanish is compared together with its
      // neighbours.
      const joined = (list: readonly Tensor[]): Tensor[] => {
        const scalars = list.filter((x) => x.rank === 0);
        return [...list.filter((x) => x.rank > 0), ops.stack(scalars)];
      };
      const references = joined(expected);
      joined(given).forEach((x, i) => {
        const error = relative(x, references[i]!);
        if (!(error <= worst)) [worst, where] = [error, one.name];
      });
    });
  if (process.env.SHOW_ERRORS)
    process.stderr.write(`adjoint against autograd: ${worst.toExponential(1)} (${where})\n`);
  expect(worst, where).toBeLessThan(1e-11);
});

// relu has kinks, across which differences have an error of order h.
it('G is the derivative of E in the weight of a small Dirac, at 100 random (theta, t), smooth activations', () => {
  let worst = 0;
  let where = '';
  let compared = 0;
  for (let number = 0; compared < 100; number++)
    scope(() => {
      const { problem, family, measure, integrator, name } = configuration(number);
      if (family.name.endsWith('relu')) return;
      const solution = solve(problem, family, measure, { integrator });
      const generator = new Generator(number);
      const l = number % measure.steps.length;
      const probes = generator.normal([5, measure.theta.shape.at(-1) ?? 0], 'f64');
      const values = functionalGradient(solution, l).value(probes).toArray();
      const scale = Math.max(...values.map(Math.abs));
      values.forEach((value, j) => {
        const theta = ops.sliceDim(probes, 0, j, j + 1);
        // The Dirac acts only in step l; its weight varies around 0.
        const dirac = (weight: number): Measure => ({
          steps: measure.steps,
          particles(step, c) {
            const at = measure.particles(step, c);
            if (step !== l) return at;
            return {
              theta: ops.cat([at.theta, theta]),
              weight: ops.cat([at.weight, tensor([weight], [1], { dtype: 'f64' })]),
            };
          },
        });
        const lossAt = (weight: number): number =>
          scope(() => energy(problem, family, dirac(weight), { integrator }));
        const slope = differentiate(lossAt, 1e-2) / (measure.steps[l] ?? 1);
        const error = Math.abs(slope - value) / scale;
        compared++;
        if (!(error <= worst)) [worst, where] = [error, `${name}, l ${l}, probe ${j}`];
      });
    });
  if (process.env.SHOW_ERRORS)
    process.stderr.write(`G against differences: ${worst.toExponential(1)} (${where})\n`);
  expect(worst, where).toBeLessThan(1e-9);
});

/** f'(0) by central differences of order 2, 4, 6, 8 with Richardson extrapolation. */
function differentiate(f: (x: number) => number, step: number): number {
  let row = [step, step / 2, step / 4, step / 8].map((h) => (f(h) - f(-h)) / (2 * h));
  for (let order = 1; row.length > 1; order++)
    row = row.slice(1).map((fine, i) => fine + (fine - (row[i] ?? 0)) / (4 ** order - 1));
  return row[0] ?? NaN;
}
