import { activation } from './activation.ts';
import { checkSameShape, type Differentiable } from './array.ts';

/**
 * The map applied to X + h f(X) after a step: relu or softplus in post-activation nets, identity in pre-activation
 * nets.
 */
export type ProjectionName = 'identity' | 'relu' | 'softplus';

/** The projections by name. */
export const projections: Readonly<Record<ProjectionName, Differentiable>> = {
  identity: (x) => ({
    value: x,
    backward(cotangent) {
      checkSameShape(x, cotangent);
      return cotangent;
    },
  }),
  relu: (x) => activation(x, 'relu'),
  softplus: (x) => activation(x, 'softplus'),
};
