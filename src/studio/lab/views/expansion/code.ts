import type { ViewState } from '../../knobs.ts';
import { withTraining } from '../code-lines.ts';
import type { CodeOf } from '../view.ts';

export const imports = {
  'meanfield/mean-field': ['expandFlow', 'solveFlow'],
};

/** The remainder after orders 0 .. `order`. */
const left =
  (orderOf: (state: ViewState) => number): CodeOf =>
  (state) => [
    ...withTraining(state),
    `const scaled = rho.withWeight(ops.mulScalar(rho.weight, ${state.eps}));`,
    'const exact = solveFlow(problem, blocks, scaled).at(-1)!;',
    `const orders = expandFlow(problem, blocks, rho, ${orderOf(state)});`,
    `const sum = orders.reduce((all, term, k) => ops.add(all, term, ${state.eps} ** k));`,
    'const size = ops.norm(ops.sub(exact, orders[0]!)).item();',
    'const value = ops.norm(ops.sub(exact, sum)).item() / size;',
  ];

export const code = {
  error: left(({ order }) => order),
  first: left(({ order }) => Math.min(order, 1)),
};
