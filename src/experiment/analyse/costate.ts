/** The norm of the costate along depth, and claim C4's lower bounds on a real net. */
import type { AnalysisSection, Check } from '../../runs/index.ts';
import { Generator, scope } from '../../tensor/index.ts';
import { atLeast } from '../../theory/index.ts';
import { imageNorms, overBatches } from './linearised.ts';
import { operatorNorms } from './lipschitz.ts';
import type { OpenNet } from './net.ts';
import type { Batch } from './plans.ts';
import { percent, blockAxis, section, short } from './section.ts';

/** One stage as an interval of depth: transitions are fixed maps between stages. */
interface StageCostate {
  readonly stage: string;
  /** Mean over images of norm(p^l), l = 0 .. L: at the start of the stage's exchangeable blocks and after each. */
  readonly norms: readonly number[];
  /**
   * Mean norm(M p^{l+1}) over mean norm(p^{l+1}), l = 0 .. L - 1: the share of the costate that the projection passes.
   */
  readonly kept: readonly number[];
  /** K_l h_l, the maximum over images of h norm(M f'(X^l)). */
  readonly stretch: readonly number[];
  /** prod_{m >= l} kept_m max(0, 1 - h_m K_m) norm(p^L): below norm(p^l) by the triangle inequality. */
  readonly discrete: readonly number[];
  /** exp(- sum_{m >= l} h_m K_m) norm(p^L): the statement of C4 for the ODE, which a net can violate. */
  readonly exponential: readonly number[];
}

export interface Costate {
  readonly stages: readonly StageCostate[];
  /** Mean over images of norm(dE_x/dX(x, 0)) after the stem. */
  readonly atStem: number;
}

interface Sums {
  readonly norms: number[];
  readonly masked: number[];
  readonly stretch: number[];
}

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

export function measureCostate(net: OpenNet, batches: readonly Batch[], seed: number): Costate {
  const sums = net.stages.map(({ blocks }): Sums => {
    const zero = (length: number): number[] => new Array<number>(length).fill(0);
    return { norms: zero(blocks.length + 1), masked: zero(blocks.length), stretch: zero(blocks.length) };
  });
  const generator = new Generator(seed);
  let atStem = 0;
  const count = overBatches(net, batches, (linear, costates) => {
    atStem += total(imageNorms(costates[0]!).toArray());
    linear.links.forEach((link, at) => {
      if (link.kind !== 'block') return;
      const { norms, masked, stretch } = sums[link.s]!;
      scope(() => {
        const after = costates[at + 1]!;
        if (link.l === 0) norms[0]! += total(imageNorms(costates[at]!).toArray());
        norms[link.l + 1]! += total(imageNorms(after).toArray());
        masked[link.l]! += total(imageNorms(link.mask(after)).toArray());
        const block = net.stages[link.s]!.blocks[link.l]!;
        const largest = operatorNorms(link, (x) => block.velocity(x), generator);
        stretch[link.l] = Math.max(stretch[link.l]!, ...largest);
      });
    });
  });
  generator.dispose();
  const stages = net.stages.flatMap(({ name, blocks }, s) =>
    blocks.length ? [stageCostate(name, sums[s]!, count)] : [],
  );
  return { stages, atStem: atStem / count };
}

function stageCostate(stage: string, { norms: sums, masked, stretch }: Sums, count: number): StageCostate {
  const norms = sums.map((sum) => sum / count);
  const kept = masked.map((sum, l) => sum / Math.max(sums[l + 1] ?? NaN, Number.MIN_VALUE));
  return { stage, norms, kept, stretch, ...lowerBounds(norms.at(-1) ?? NaN, kept, stretch) };
}

/** Both lower bounds from the costate at the end of the stage. */
export function lowerBounds(
  last: number,
  kept: readonly number[],
  stretch: readonly number[],
): Pick<StageCostate, 'discrete' | 'exponential'> {
  const [discrete, exponential] = [[last], [last]];
  for (let l = stretch.length - 1; l >= 0; l--) {
    discrete.unshift((discrete[0] ?? NaN) * (kept[l] ?? NaN) * Math.max(0, 1 - (stretch[l] ?? NaN)));
    exponential.unshift((exponential[0] ?? NaN) * Math.exp(-(stretch[l] ?? NaN)));
  }
  return { discrete, exponential };
}

/** The minimum ratio of norm(p^l) to the bound; Infinity if the bound is 0 at every depth before the end. */
export function minRatio(norms: readonly number[], bound: readonly number[]): number {
  return Math.min(...norms.slice(0, -1).map((norm, l) => norm / (bound[l] ?? NaN)));
}

/** Depth indices: the states of all stages one after the other, so that a stage of L blocks takes L + 1 of them. */
function placesOf(stages: readonly StageCostate[]): number[][] {
  let next = 0;
  return stages.map(({ norms }) => norms.map(() => next++));
}

export function costateSection({ stages, atStem }: Costate): AnalysisSection {
  const places = placesOf(stages);
  const findings = stages.flatMap(({ stage, norms, discrete, exponential, kept }): Check[] => {
    const ratio = minRatio(norms, discrete);
    return [
      // Where the projection passes less of the costate, the bound is weaker: the lemma has no projection.
      ...(Number.isFinite(ratio)
        ? [
            atLeast(
              {
                name: `${stage}: costate over prod(1 - h K)${kept.some((share) => share < 1) ? ' of what the projection passes' : ''}, least`,
                measured: ratio,
              },
              1,
            ),
          ]
        : []),
      atLeast(
        { name: `${stage}: costate over exp(- sum h K), least`, measured: minRatio(norms, exponential) },
        1,
      ),
    ];
  });
  const stretches = stages.flatMap(({ stretch }) => stretch);
  const shrinkages = stages.flatMap(({ norms }) => shrinkageOf(norms));
  const failed = findings.filter(({ pass }) => !pass).map(({ name }) => name.split(':')[0] ?? '');
  const passed = Math.min(...stages.flatMap(({ kept }) => kept));
  const empty = stretches.filter((one) => one >= 1).length;
  let place = 0;
  const rows = stages.flatMap(({ stage, stretch, norms }) =>
    stretch.map((one, l) => ({
      stage,
      place: ++place,
      stretch: one,
      shrinkage: shrinkageOf(norms)[l] ?? NaN,
    })),
  );
  return section({
    id: 'costate',
    title: 'The costate along depth',
    question:
      'Can the costate vanish in the backward pass? Claim C4 bounds it from below by the stretching of the blocks.',
    sentence: stages.length
      ? `By the lemma a block may shrink the costate by exp(h K) with h K from ${short(Math.min(...stretches))} to ${short(Math.max(...stretches))}; measured, the logarithm lies between ${short(Math.min(...shrinkages))} and ${short(Math.max(...shrinkages))} (below 0: it grows in the backward pass).${empty ? ` h K is 1 or more at ${empty} of ${stretches.length} blocks, where prod(1 - h K) is 0 and says nothing; exp(- sum h K) is left.` : ''}${failed.length ? ` It does not hold in ${failed.join(', ')}: a step of a net is no ODE${passed < 1 ? `, and the projection, which the lemma does not have, passes as little as ${percent(100 * passed)} of the costate` : ''}.` : ''}`
      : 'There are no exchangeable blocks.',
    caption:
      'Left: mean over images of norm(p), at the start of each stage’s exchangeable blocks and after each of them; dashed, the bound exp(- sum h K) from the end of the stage. Right: the largest shrinkage allowed for each block (h K, max over images), and the measured one (below 0: it grows in the backward pass).',
    findings,
    reported: {
      'norm(p) after the stem': atStem,
      ...(stages.length && {
        'h K, least over blocks': Math.min(...stretches),
        'h K, greatest': Math.max(...stretches),
        'log of the shrinkage by a block, greatest': Math.max(...shrinkages),
        'blocks where 1 - h K is 0 or less': empty,
        'share that the projection passes, least': passed,
      }),
    },
    panels: stages.length
      ? [
          {
            title: 'Size of the costate',
            x: { title: 'state, in the order of depth', whole: true },
            y: { title: 'norm(p), mean over images', log: true },
            series: [
              ...stages.map(({ stage, norms }, s) => ({
                name: stage,
                points: norms.map((norm, l) => [places[s]?.[l] ?? NaN, norm] as const),
              })),
              ...stages.map(({ stage, exponential }, s) => ({
                name: `bound, ${stage}`,
                predicted: true,
                points: exponential.map((bound, l) => [places[s]?.[l] ?? NaN, bound] as const),
              })),
            ],
          },
          {
            title: 'Shrinkage of the costate by each block',
            x: blockAxis,
            y: { title: 'log of the shrinkage' },
            series: [
              { name: 'allowed: h K', points: rows.map((row) => [row.place, row.stretch] as const) },
              { name: 'measured', points: rows.map((row) => [row.place, row.shrinkage] as const) },
            ],
          },
        ]
      : [],
  });
}

/** log(norm(p^{l+1}) / norm(p^l)). */
const shrinkageOf = (norms: readonly number[]): number[] =>
  norms.slice(1).map((after, l) => Math.log(after / (norms[l] ?? NaN)));
