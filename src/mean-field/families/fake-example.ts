/**
 * Shared by the tests of families: random states and particles, and the same families with autograd's derivatives.
 */
import { Generator, ops, type Tensor } from '../../tensor/index.ts';
import { type FamilyActivation, familyActivations, scalarActivation } from './activation.ts';
import { bottleneck } from './bottleneck.ts';
import { customFamily } from './custom.ts';
import { type Direction, type Family, type Particles } from './family.ts';
import { matrix } from './matrix.ts';

export const [samples, d, count] = [6, 3, 4];

export const names = ['bottleneck', 'matrix'] as const;

export const cases = names.flatMap((name) =>
  familyActivations.map((activation) => [name, activation] as const),
);

export type Name = (typeof names)[number];

export interface Example {
  readonly family: Family;
  readonly state: Tensor;
  readonly particles: Particles;
  readonly cotangent: Tensor;
  readonly direction: Required<Direction>;
}

export function example(name: Name, activation: FamilyActivation): Example {
  const family = { bottleneck, matrix }[name](activation);
  const generator = new Generator(5);
  const normal = (...shape: number[]): Tensor => generator.normal(shape, 'f64');
  const k = family.parameterCount(d);
  return {
    family,
    state: normal(samples, d),
    // Includes negative weights, as in a difference of measures.
    particles: { theta: normal(count, k), weight: normal(count) },
    cotangent: normal(samples, d),
    direction: { state: normal(samples, d), theta: normal(count, k), weight: normal(count) },
  };
}

/** The same family with derivatives from autograd. */
export function byAutograd(name: Name, activation: FamilyActivation): Family {
  const s = scalarActivation(activation);
  const sum = (x: Tensor): Tensor => ops.sumDim(x, [-1]);
  const part = (theta: Tensor, from: number, to: number): Tensor => ops.sliceDim(theta, 2, from, to);
  if (name === 'bottleneck')
    return customFamily({
      parameterCount: (size) => 2 * size + 1,
      batched: true,
      value: (x, theta) => {
        const u = ops.add(
          sum(ops.mul(part(theta, d, 2 * d), x)),
          ops.squeeze(part(theta, 2 * d, 2 * d + 1), 2),
        );
        return ops.mul(ops.unsqueeze(s.value(u), 2), part(theta, 0, d));
      },
    });
  return customFamily({
    parameterCount: (size) => size * size,
    value: (x, theta) => s.value(ops.mm(x, ops.transpose(ops.view(theta, [d, d]), 0, 1))),
  });
}

export const everything = { state: true, theta: true, weight: true } as const;

export const parts = ['state', 'theta', 'weight'] as const;
