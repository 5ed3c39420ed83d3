/** Closed forms of the tangent kernel of a slice of particles, without a Jacobian in memory. */
import { ops, scope, type Tensor } from '../../tensor/index.ts';
import type { ScalarActivation } from './activation.ts';
import type { Covectors, Family } from './family.ts';

type Tangent = NonNullable<Family['tangent']>;

const flipped = (x: Tensor): Tensor => ops.transpose(x, 0, 1);
/** A diag(c) B^T, [R, R']. */
const gram = (a: Tensor, c: Tensor, b: Tensor): Tensor => ops.mm(ops.mul(a, c), flipped(b));

/**
 * Of f = a s(w.x + b): the gradient against q is (s q, s' (a.q) x, s' (a.q)), hence
 * (q.q') sum_j c_j s s' + (x.x' + 1) sum_j c_j [s'(u) (a.q)] [s'(u') (a.q')].
 */
export function bottleneckTangent(s: ScalarActivation): Tangent {
  const open = ({ state, covector }: Covectors, theta: Tensor): Record<'hidden' | 'inner', Tensor> => {
    const d = state.shape[1] ?? 0;
    const input = ops.constantPadNd(state, [0, 1], 1);
    const u = ops.mm(input, flipped(ops.sliceDim(theta, 1, d, 2 * d + 1)));
    const hidden = s.value(u);
    const readout = ops.mm(covector, flipped(ops.sliceDim(theta, 1, 0, d)));
    return { hidden, inner: ops.mul(readout, s.slope(u, hidden)) };
  };
  return (rows, columns, theta, coefficient) =>
    scope(() => {
      const [left, right] = [open(rows, theta), open(columns, theta)];
      const products = ops.mm(rows.state, flipped(columns.state));
      return ops.add(
        ops.mul(
          ops.mm(rows.covector, flipped(columns.covector)),
          gram(left.hidden, coefficient, right.hidden),
        ),
        ops.mul(ops.addScalar(products, 1), gram(left.inner, coefficient, right.inner)),
      );
    });
}

/** Of f = s(Theta x): the gradient against q is (q s'(Theta x)) x^T, hence (x.x') sum_j c_j (q s') . (q' s'). */
export function matrixTangent(s: ScalarActivation): Tangent {
  /** q s'(Theta_j x) for all particles, [R, M d]. */
  const open = ({ state, covector }: Covectors, theta: Tensor): Tensor => {
    const [count = 0, d = 0] = state.shape;
    const u = ops.mm(state, flipped(ops.view(theta, [-1, d])));
    const slope = ops.view(s.slope(u, s.value(u)), [count, -1, d]);
    return ops.view(ops.mul(slope, ops.unsqueeze(covector, 1)), [count, -1]);
  };
  return (rows, columns, theta, coefficient) =>
    scope(() => {
      const d = rows.state.shape[1] ?? 0;
      const each = ops.reshape(ops.expand(ops.unsqueeze(coefficient, 1), [coefficient.size, d]), [-1]);
      return ops.mul(
        ops.mm(rows.state, flipped(columns.state)),
        gram(open(rows, theta), each, open(columns, theta)),
      );
    });
}
