/** C14: the infinite-depth limit is a neural ODE only if the weights are regular in depth. */
import {
  type DepthPath,
  gridMeasure,
  integrate,
  pathMeasure,
  type Problem,
  solveFlow,
} from '../../mean-field/index.ts';
import { type Generator, ops, scope, type Tensor } from '../../tensor/index.ts';
import { within } from '../check.ts';
import type { Claim, ClaimContext } from '../claim.ts';
import { fitPower, rms } from '../../stats/index.ts';
import {
  type BlockPaths,
  gaussianBlocks,
  type GaussianBlocks,
  independentBlocks,
  leftEnds,
  meanVelocity,
  smoothBlocks,
} from '../gaussian-blocks.ts';
import { replicated, stacked } from '../replicas.ts';

interface Parts {
  /** integral f(x, theta) rho(dtheta), the velocity of the averaged ODE. */
  readonly meanVelocity: typeof meanVelocity;
  /** Weights that are smooth in depth, one block at each depth. */
  readonly smoothBlocks: (blocks: GaussianBlocks, generator: Generator, particles: number) => BlockPaths;
  readonly solveFlow: typeof solveFlow;
}

/** Number of nets that run side by side. */
const batch = 200;
const family = replicated('erf', batch);
/** Steps of the Runge-Kutta reference, which has order 4. */
const referenceSteps = 64;

export const c14: Claim<Parts> = {
  id: 'C14',
  title: 'The neural ODE limit needs regular weights',
  statement:
    'X^{l+1} = X^l + (1/L) f(X^l, theta^l) with weights smooth in depth tends to the neural ODE of these weights; with independent weights it tends to the ODE averaged over their law.',
  parts: { meanVelocity, smoothBlocks, solveFlow },
  measure(setting, parts) {
    const { problem, blocks } = example(setting);
    const depths = setting.quick ? [32, 64, 128, 256] : [64, 128, 256, 512];
    const batches = setting.quick ? 10 : 40;
    const averaged = stacked(averagedState(problem, blocks, parts), batch);
    const distance = (state: Tensor, reference: Tensor): number =>
      scope(() => ops.norm(ops.sub(state, reference)).item() / ops.norm(averaged).item());
    const finalState = (theta: Tensor): Tensor =>
      scope(() =>
        parts.solveFlow(problem, family, gridMeasure(theta, { weight: oneBlockEach(theta) })).at(-1)!,
      );

    const independent = depths.map((depth, i) => {
      setting.progress((0.5 * i) / depths.length);
      const generator = setting.draw(1 + i);
      const draw = (): Tensor => independentBlocks(blocks, generator, depth, batch);
      return rms(Array.from({ length: batches }, () => scope(() => distance(finalState(draw()), averaged))));
    });

    const generator = setting.draw(100);
    const [own, apart]: [number[][], number[][]] = [[], []];
    for (let i = 0; i < batches / 4; i++) {
      setting.progress(0.5 + (2 * i) / batches);
      scope(() => {
        const paths = parts.smoothBlocks(blocks, generator, batch);
        const reference = neuralOdeLimit(problem, paths, parts);
        const finals = depths.map((depth) => finalState(paths(leftEnds(depth))));
        own.push(finals.map((state) => distance(state, reference)));
        apart.push(finals.map((state) => distance(state, averaged)));
      });
    }
    const overDraws = (errors: readonly number[][]): number[] =>
      depths.map((_, j) => rms(errors.map((row) => row[j] ?? NaN)));

    const rows = [
      { name: 'independent weights, to the averaged ODE', order: 0.5, errors: independent },
      { name: 'smooth weights, to their own ODE', order: 1, errors: overDraws(own) },
      { name: 'smooth weights, to the averaged ODE', order: 0, errors: overDraws(apart) },
    ];
    return {
      sentence:
        'Networks with smooth weights converge to the neural ODE of these weights at rate 1/L; those with independent weights of the same law converge to the averaged ODE at rate 1/sqrt(L).',
      checks: rows.map(({ name, order, errors }) => {
        const { slope, standardError } = fitPower(depths, errors, 1e-12);
        return within({ name: `slope in L, ${name}`, measured: slope, standardError }, -order, 0.05);
      }),
      panels: [
        {
          title: 'Distance of X(., 1) to the limit',
          x: { title: 'depth L', log: true },
          y: { title: 'relative error, RMS over draws', log: true },
          series: rows.map(({ name, errors }) => ({
            name,
            points: depths.map((depth, j) => [depth, errors[j] ?? NaN]),
          })),
        },
      ],
    };
  },
};

/** One block of weight 1 per slice in each net: [L, R]. */
const oneBlockEach = (theta: Tensor): Tensor => ops.full(theta.shape.slice(0, 2), 1, 'f64');

/** The same data for all nets. */
function example({ draw }: ClaimContext): { problem: Problem; blocks: GaussianBlocks } {
  const [samples, d] = [8, 3];
  const generator = draw(0);
  const inputs = stacked(generator.normal([samples, d], 'f64'), batch);
  return { problem: { inputs, targets: inputs }, blocks: gaussianBlocks(generator, d, 0.5) };
}

function averagedState({ inputs }: Problem, blocks: GaussianBlocks, parts: Parts): Tensor {
  const field = (_t: number, state: Tensor): Tensor => parts.meanVelocity(blocks, state);
  const [rows = 0] = inputs.shape;
  return integrate(field, ops.sliceDim(inputs, 0, 0, rows / batch), [0, 1]).states.at(-1)!;
}

/** The neural ODEs of these weights, with the weights evaluated at every depth that the solver asks for. */
function neuralOdeLimit(problem: Problem, paths: BlockPaths, parts: Parts): Tensor {
  const weight = ops.full([batch], 1, 'f64');
  const path: DepthPath = (t) => ({ theta: scope(() => ops.select(paths([t]), 0, 0)), weight });
  return scope(() =>
    parts.solveFlow(problem, family, pathMeasure(path, referenceSteps), { integrator: 'rk4' }).at(-1)!,
  );
}
