import { withTraining } from '../code-lines.ts';
import type { CodeOf } from '../view.ts';

export const imports = {
  'meanfield/mean-field': ['descentField', 'flowGradient'],
};

export const code = {
  dissipation: (state) => [
    ...withTraining(state),
    'const value = descentField(problem, blocks, rho)(rho).dissipation;',
  ],
  cosine: (state) => [
    ...withTraining(state),
    '// G at all particles, up to a factor: of the ResNet, and of the two-layer network (inputs, costate of depth 1).',
    'const { states, costates, weight: deep } = flowGradient(problem, blocks, rho);',
    'const flat = rho.steps.map((_, l) =>',
    '  blocks.pullback(states[0]!, rho.particles(l, 0), costates.at(-1)!, { weight: true }),',
    ');',
    'const shallow = ops.stack(flat.map(({ weight }) => weight!));',
    'const along = ops.sum(ops.mul(deep, shallow)).item();',
    'const value = along / (ops.norm(deep).item() * ops.norm(shallow).item());',
  ],
} satisfies Record<string, CodeOf>;
