import type { ViewState } from '../../knobs.ts';
import { sizeOf } from '../../problem.ts';
import { withTraining } from '../code-lines.ts';
import { minimisation } from './compute.ts';
import type { CodeOf } from '../view.ts';

export const imports = {
  'meanfield/mean-field': ['energy', 'insertParticles', 'solve', 'steepestDirection'],
  'meanfield/reference': ['drawStarts'],
};

const direction = (state: ViewState): string[] => [
  ...withTraining(state),
  `const starts = drawStarts({ seed: ${state.seed + 1000}, radius: ${state.radius}, count: ${minimisation.starts}, size: ${sizeOf(state)} });`,
  'const solution = solve(problem, blocks, rho);',
  'const direction = steepestDirection(solution, {',
  `  radius: ${state.radius},`,
  '  starts: tensor(starts.data, starts.shape),',
  `  steps: ${minimisation.steps},`,
  '});',
];

export const code = {
  gap: (state) => [...direction(state), 'const value = direction.gap;'],
  slope: (state) => [
    ...direction(state),
    'const there = energy(problem, blocks, insertParticles(rho, direction.theta, 1e-4));',
    'const value = (there - solution.loss) / (1e-4 * direction.gap);',
  ],
} satisfies Record<string, CodeOf>;
