import { dataCount } from '../../problem.ts';
import { withTraining } from '../code-lines.ts';
import type { CodeOf } from '../view.ts';

export const imports = {
  'meanfield/mean-field': ['solve'],
  'meanfield/theory': ['jacobians', 'spectralNorms'],
};

export const code = {
  ratio: (state) => [
    ...withTraining(state),
    'const { states, costates } = solve(problem, blocks, rho);',
    'let [value, bound] = [Infinity, ops.norm(costates.at(-1)!).item()];',
    `for (let l = ${state.depth - 1}; l >= 0; l--) {`,
    '  const rates = spectralNorms(jacobians(blocks, states[l]!, rho.particles(l, 0)));',
    '  bound *= Math.max(0, 1 - rho.steps[l]! * ops.max(rates).item());',
    '  value = Math.min(value, ops.norm(costates[l]!).item() / bound);',
    '}',
  ],
  norm: (state) => [
    ...withTraining(state),
    'const { costates } = solve(problem, blocks, rho);',
    `const value = ops.norm(costates[0]!).item() / Math.sqrt(${dataCount(state)});`,
  ],
} satisfies Record<string, CodeOf>;
