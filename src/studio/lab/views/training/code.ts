import type { ViewState } from '../../knobs.ts';
import { withTraining } from '../code-lines.ts';
import type { CodeOf } from '../view.ts';

const shown = (state: ViewState): string[] => [
  ...withTraining(state),
  'const end = wassersteinFlow(problem, blocks, rho, {',
  `  ds: ${state.ds},`,
  `  maxSteps: ${state.steps},`,
  `  method: '${state.integrator}',`,
  '});',
];

export const code = {
  loss: (state) => [...shown(state), 'const value = end.loss;'],
  defect: (state) => [
    ...shown(state),
    'const fallen = energy(problem, blocks, rho) - end.loss;',
    'const value = Math.abs(fallen - end.dissipated) / Math.abs(fallen);',
  ],
} satisfies Record<string, CodeOf>;
