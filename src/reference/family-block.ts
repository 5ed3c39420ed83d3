import { addAt, checkSameShape, denseArray, row, sizes2, type DenseArray } from './array.ts';
import type { Block } from './block.ts';
import type { Family } from './families.ts';

/**
 * A particle of a family as a block on states [N, d]: f(X, theta) row by row.
 * @param gradient dE/dtheta, [k]; `backward` adds to it
 */
export function familyBlock(family: Family, theta: Float64Array, gradient: Float64Array): Block {
  return {
    forward(state) {
      const [samples] = sizes2(state);
      const value = denseArray(state.shape);
      for (let n = 0; n < samples; n++) row(value, n).set(family.value(row(state, n), theta));
      return {
        value,
        backward(cotangent): DenseArray {
          checkSameShape(value, cotangent);
          const dState = denseArray(state.shape);
          for (let n = 0; n < samples; n++) {
            const pulled = family.vjp(row(state, n), theta, row(cotangent, n));
            row(dState, n).set(pulled.x);
            pulled.theta.forEach((g, i) => {
              addAt(gradient, i, g);
            });
          }
          return dState;
        },
      };
    },
  };
}
