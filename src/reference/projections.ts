import { activation } from './activation.ts';
import { checkSameShape, type Differentiable } from './array.ts';

/** What a step applies to the sum X + h f(X): relu or softplus in post-activation nets, nothing in pre-activation nets. */
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
