import type { ViewState } from '../../knobs.ts';
import { setUp } from '../code-lines.ts';
import type { CodeOf } from '../view.ts';

export const imports = {
  'meanfield/mean-field': ['lazyProblem', 'linearisedModel', 'predict', 'squaredLoss', 'tangentKernel'],
};

const stepping = ({ ds, steps }: ViewState): string => `{ ds: ${ds}, maxSteps: ${steps} }`;
const root = ({ depth, particles }: ViewState): string => `Math.sqrt(${depth * particles})`;

const untrained = (state: ViewState): string[] => setUp(state, 'rho');
export const code = {
  meanField: (state) => [
    ...untrained(state),
    `const value = wassersteinFlow(problem, blocks, rho, ${stepping(state)}).loss;`,
  ],
  linearised: (state) => [
    ...untrained(state),
    'const kernel = tangentKernel(problem, blocks, rho);',
    'const model = linearisedModel(kernel, predict(problem, blocks, rho), problem.targets);',
    `const value = squaredLoss.value(model.after(${state.steps}, ${state.ds}), problem.targets).item();`,
  ],
  movement: (state) => [
    ...untrained(state),
    `const { measure } = wassersteinFlow(problem, blocks, rho, ${stepping(state)});`,
    `const value = ops.norm(ops.sub(measure.theta, rho.theta)).item() / ${root(state)};`,
  ],
  lazyMovement: (state) => [
    ...untrained(state),
    `const lazy = lazyProblem(problem, blocks, rho, ${state.alpha});`,
    `const { measure } = wassersteinFlow(lazy, blocks, rho, ${stepping(state)});`,
    `const value = ops.norm(ops.sub(measure.theta, rho.theta)).item() / ${root(state)};`,
  ],
  alignmentEnd: (state) => [
    ...untrained(state),
    `const { measure } = wassersteinFlow(problem, blocks, rho, ${stepping(state)});`,
    'const kernel = tangentKernel(problem, blocks, measure);',
    'const outer = ops.mm(problem.targets, ops.transpose(problem.targets, 0, 1));',
    'const along = ops.sum(ops.mul(kernel, outer)).item();',
    'const value = along / (ops.norm(kernel).item() * ops.norm(outer).item());',
  ],
} satisfies Record<string, CodeOf>;
