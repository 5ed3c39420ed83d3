import { dataCount } from '../../problem.ts';
import { drawn, setUp, withTraining } from '../code-lines.ts';
import type { CodeOf } from '../view.ts';

export const imports = {
  'meanfield/mean-field': ['predict', 'solveFlow'],
};

export const code = {
  loss: (state) => [...withTraining(state), 'const value = energy(problem, blocks, rho);'],
  accuracy: (state) => [
    ...withTraining(state),
    'const heights = predict(problem, blocks, rho).toArray();',
    'const value = heights.filter((height, n) => height * targets[n]! > 0).length / heights.length;',
  ],
  euler: (state) => [
    ...setUp({ ...state, trained: 0 }),
    ...drawn(state, 'fine', { depth: 8 * state.depth }),
    'const [coarse, ode] = [rho, fine].map((measure) => solveFlow(problem, blocks, measure).at(-1)!);',
    `const value = ops.norm(ops.sub(coarse!, ode!)).item() / Math.sqrt(${dataCount(state)});`,
  ],
} satisfies Record<string, CodeOf>;
