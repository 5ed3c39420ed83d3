/** Closed forms of the tangent kernel of a slice of particles, without a Jacobian in memory. */
import { ops, scope, type Tensor } from '../../tensor/index.ts';
import type { ScalarActivation } from './activation.ts';
import type { Covectors, Family } from './family.ts';
import { inChunks, rowsAtOnce } from './row-chunks.ts';

type Tangent = NonNullable<Family['tangent']>;

const flipped = (x: Tensor): Tensor => ops.transpose(x, 0, 1);
/** (X, 1) */
const withOne = (x: Tensor): Tensor => ops.constantPadNd(x, [0, 1], 1);
/** A diag(c) B^T, [R, R']. */
const gram = (a: Tensor, c: Tensor, b: Tensor): Tensor => scope(() => ops.mm(ops.mul(a, c), flipped(b)));

/** Rows from .. to - 1. */
const part = ({ state, covector }: Covectors, from: number, to: number): Covectors => ({
  state: ops.sliceDim(state, 0, from, to),
  covector: ops.sliceDim(covector, 0, from, to),
});

/**
 * The tangent kernel of f = a s(w.x + b). The gradient against q is (s q, s' (a.q) x, s' (a.q)), hence (q.q')
 * sum_j c_j s s' + (x.x' + 1) sum_j c_j [s'(u) (a.q)] [s'(u') (a.q')].
 */
export function bottleneckTangent(s: ScalarActivation): Tangent {
  /** s(u) and s'(u) (a.q) for all particles, [R, M] each. */
  const open = (rows: Covectors, theta: Tensor): readonly Tensor[] => {
    const [count = 0, d = 0] = rows.state.shape;
    return inChunks(count, rowsAtOnce(theta.shape[0] ?? 1), (from, to) =>
      scope(() => {
        const { state, covector } = part(rows, from, to);
        const u = ops.mm(withOne(state), flipped(ops.sliceDim(theta, 1, d, 2 * d + 1)));
        const hidden = s.value(u);
        const inner = ops.mm(covector, flipped(ops.sliceDim(theta, 1, 0, d)));
        ops.mul_(inner, s.slope(u, hidden));
        return [hidden, inner];
      }),
    );
  };
  return (rows, columns, theta, coefficient) =>
    scope(() => {
      const left = open(rows, theta);
      const right = rows === columns ? left : open(columns, theta);
      const kernel = ops.mm(rows.covector, flipped(columns.covector));
      scope(() => {
        ops.mul_(kernel, gram(left[0]!, coefficient, right[0]!));
      });
      scope(() => {
        const products = ops.mm(withOne(rows.state), flipped(withOne(columns.state)));
        ops.mul_(products, gram(left[1]!, coefficient, right[1]!));
        ops.add_(kernel, products);
      });
      return kernel;
    });
}

/**
 * The tangent kernel of f = s(Theta x). The gradient against q is (q s'(Theta x)) x^T, hence (x.x') sum_j c_j (q
 * s') . (q' s').
 */
export function matrixTangent(s: ScalarActivation): Tangent {
  /** q s'(Theta_j x) for all particles, [R, M d]. */
  const open = (rows: Covectors, theta: Tensor): Tensor => {
    const [count = 0, d = 0] = rows.state.shape;
    return inChunks(count, rowsAtOnce((theta.shape[0] ?? 1) * d), (from, to) =>
      scope(() => {
        const { state, covector } = part(rows, from, to);
        const u = ops.mm(state, flipped(ops.view(theta, [-1, d])));
        const slope = s.slope(u, s.value(u));
        ops.mul_(ops.view(slope, [to - from, -1, d]), ops.unsqueeze(covector, 1));
        return [slope];
      }),
    )[0]!;
  };
  return (rows, columns, theta, coefficient) =>
    scope(() => {
      const d = rows.state.shape[1] ?? 0;
      const each = ops.reshape(ops.expand(ops.unsqueeze(coefficient, 1), [coefficient.size, d]), [-1]);
      const left = open(rows, theta);
      const kernel = ops.mm(rows.state, flipped(columns.state));
      ops.mul_(kernel, gram(left, each, rows === columns ? left : open(columns, theta)));
      return kernel;
    });
}
