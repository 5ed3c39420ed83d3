/**
 * Many independent draws of a small net in one flow. States and particles of R nets are stacked, [R N, d] and [R
 * M, k]; batched products restrict the particles of a net to its own samples.
 */
import { bottleneck, type Family, type FamilyActivation, scalarActivation } from '../mean-field/index.ts';
import { UsageError } from '../errors.ts';
import { ops, scope, type Tensor } from '../tensor/index.ts';

/**
 * R nets of bottleneck blocks f = a s(w.x + b) side by side.
 *
 * @throws UsageError if samples or particles are not a multiple of R
 */
export function replicated(activation: FamilyActivation, replicas: number): Family {
  const s = scalarActivation(activation);
  const one = bottleneck(activation);
  const byNet = (x: Tensor): Tensor => {
    if ((x.shape[0] ?? 0) % replicas)
      throw new UsageError(`${x.shape[0]} rows do not belong to ${replicas} nets of equal size`);
    return ops.view(x, [replicas, -1, ...x.shape.slice(1)]);
  };
  const together = (x: Tensor): Tensor => ops.view(x, [-1, ...x.shape.slice(2)]);
  const flipped = (x: Tensor): Tensor => ops.transpose(x, 1, 2);
  /** a [R, M, d], (w, b) [R, M, d + 1], weights [R, M, 1], (X, 1) [R, N, d + 1], u [R, N, M]. */
  const open = (state: Tensor, theta: Tensor, weight: Tensor) => {
    const d = state.shape[1] ?? 0;
    const all = byNet(theta);
    const wb = ops.sliceDim(all, 2, d, 2 * d + 1);
    const input = ops.constantPadNd(byNet(state), [0, 1], 1);
    const weights = ops.unsqueeze(byNet(weight), 2);
    return { d, a: ops.sliceDim(all, 2, 0, d), wb, weights, input, u: ops.bmm(input, flipped(wb)) };
  };
  return {
    ...one,
    name: `${replicas} nets of ${one.name}`,
    velocity: (state, { theta, weight }) =>
      scope(() => {
        const { a, weights, u } = open(state, theta, weight);
        return together(ops.bmm(s.value(u), ops.mul(a, weights)));
      }),
    pullback: (state, { theta, weight }, cotangent, wanted) =>
      scope(() => {
        const { d, a, wb, weights, input, u } = open(state, theta, weight);
        const q = byNet(cotangent);
        const hidden = s.value(u);
        const inner = ops.mul(ops.bmm(q, flipped(a)), s.slope(u, hidden));
        // [R, M, d]: s q, summed over the samples of a net.
        const da = ops.bmm(flipped(hidden), q);
        const dwb = ops.bmm(flipped(inner), input);
        return {
          ...(wanted.state && {
            state: together(ops.bmm(inner, ops.mul(ops.sliceDim(wb, 2, 0, d), weights))),
          }),
          ...(wanted.theta && { theta: together(ops.mul(ops.cat([da, dwb], 2), weights)) }),
          ...(wanted.weight && { weight: ops.view(ops.sumDim(ops.mul(da, a), [2]), [-1]) }),
        };
      }),
    pushforward: () => {
      throw new UsageError('replicas of a net have no pushforward');
    },
    values: () => {
      throw new UsageError('replicas of a net have no values');
    },
  };
}

/** Stacks R copies of the rows of x, [R N, d]. */
export const stacked = (x: Tensor, replicas: number): Tensor =>
  ops.cat(Array.from({ length: replicas }, () => x));
