import { expect, it } from 'vitest';
import { adamState, adamStep } from './adam.ts';
import { relativeError } from './numeric-gradient.ts';
import { sgdStep, type SgdOptions, type SgdState } from './sgd.ts';

/** Three steps on E = 1/2 (x^2 + 10 y^2) + x y from (1, -2). */
function descend(step: (p: Float64Array, g: Float64Array) => void): Float64Array {
  const p = Float64Array.of(1, -2);
  for (let i = 0; i < 3; i++) {
    const [x = NaN, y = NaN] = p;
    step(p, Float64Array.of(x + y, 10 * y + x));
  }
  return p;
}

function sgd(options: SgdOptions): Float64Array {
  const state: SgdState = {};
  return descend((p, g) => {
    sgdStep(p, g, state, options);
  });
}

// torch 1.13, float64: torch.optim.SGD / Adam on p = tensor([1, -2]) with E as above, three steps, p.tolist().
it.each([
  [{ learningRate: 0.05 }, [1.026375, -0.34125]],
  [{ learningRate: 0.05, momentum: 0.9 }, [1.066875, 1.27875]],
  [{ learningRate: 0.05, momentum: 0.9, weightDecay: 0.1 }, [1.037298625, 1.2962440000000002]],
  [
    { learningRate: 0.05, momentum: 0.9, nesterov: true, weightDecay: 0.1 },
    [0.8462739388749999, 0.657500356],
  ],
])('SGD %j follows PyTorch', (options, expected) => {
  expect(relativeError(sgd(options), expected)).toBeLessThan(1e-14);
});

it.each([
  [{ learningRate: 0.3 }, [1.7461477927611952, -1.1113402899130933]],
  [
    { learningRate: 0.3, beta1: 0.5, beta2: 0.7, epsilon: 0.1, weightDecay: 0.2 },
    [1.4379404540890792, -1.1269705811064497],
  ],
])('Adam %j follows PyTorch', (options, expected) => {
  const state = adamState(2);
  const p = descend((value, g) => {
    adamStep(value, g, state, options);
  });
  expect(relativeError(p, expected)).toBeLessThan(1e-13);
});

it('SGD does not modify the gradient', () => {
  const gradient = Float64Array.of(1);
  const state: SgdState = {};
  for (let i = 0; i < 2; i++)
    sgdStep(Float64Array.of(3), gradient, state, { learningRate: 1, momentum: 0.9, weightDecay: 1 });
  expect(gradient[0]).toBe(1);
});
