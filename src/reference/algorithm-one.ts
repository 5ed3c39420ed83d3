import { addScaled, denseArray, inner, row, sizes2, type DenseArray } from './array.ts';
import type { Family } from './families.ts';
import { familyBlock } from './family-block.ts';
import { linear } from './linear.ts';
import type { Problem } from './flow.ts';
import { projections } from './projections.ts';
import { clipTau, sortByTau, swaps, type ScheduleParameters, type SchemeName } from './schedule.ts';
import { runStage } from './schemes.ts';

/** Options of {@link algorithmOne}. */
export interface AlgorithmOptions {
  readonly scheme: SchemeName;
  /** Learning rates of theta, and of the schedule (tau, tau' or the steps). */
  readonly rate: number;
  readonly tauRate: number;
  readonly steps: number;
  /** Called before the first step and after each; return `false` to stop. */
  readonly onStep?: (point: AlgorithmPoint) => unknown;
}

/** The state of {@link algorithmOne} after a step. */
export interface AlgorithmPoint {
  readonly step: number;
  /** E. */
  readonly loss: number;
  /** Copies, in creation order: theta [n, k], and the schedule. */
  readonly theta: DenseArray;
  readonly schedule: ScheduleParameters;
  /** Blocks by creation index, in the order in which the state passes them. */
  readonly order: readonly number[];
  /** The pairs that this step swapped. */
  readonly swaps: readonly (readonly [number, number])[];
}

/**
 * Algorithm 1 and its controls on n blocks of a family. Every step is a gradient descent step on theta and on the
 * scheme's own parameters; then tau is clipped and the blocks are sorted again.
 *
 * @param theta [n, k]
 * @param schedule the scheme's own parameters, see {@link runStage}
 */
export function algorithmOne(
  problem: Problem,
  family: Family,
  theta: DenseArray,
  schedule: ScheduleParameters,
  { scheme, rate, tauRate, steps, onStep }: AlgorithmOptions,
): AlgorithmPoint {
  const [blocks, k] = sizes2(theta);
  const particles = denseArray([blocks, k], theta.data.slice());
  const learned = copyOf(schedule);
  const sorts = scheme === 'mean-field' || scheme === 'intervals';
  const start = linear(
    problem.inputs,
    problem.embedding,
    new Float64Array(sizes2(problem.embedding)[0]),
  ).value;
  let exchanged: [number, number][] = [];
  for (let step = 0; ; step++) {
    const gradients = Array.from({ length: blocks }, () => new Float64Array(k));
    const run = runStage(
      scheme,
      gradients.map((gradient, i) => familyBlock(family, row(particles, i), gradient)),
      projections.identity,
      learned,
      start,
    );
    const head = linear(run.value, problem.readout, new Float64Array(sizes2(problem.readout)[0]));
    const residual = addScaled(head.value, -1, problem.targets);
    const samples = sizes2(residual)[0];
    const point: AlgorithmPoint = {
      step,
      loss: inner(residual, residual) / 2 / samples,
      theta: denseArray([blocks, k], particles.data.slice()),
      schedule: copyOf(learned),
      order: sorts && learned.tau ? sortByTau(learned.tau) : gradients.map((_, i) => i),
      swaps: exchanged,
    };
    if (onStep?.(point) === false || step >= steps) return point;
    const slopes = run.backward(head.backward(residual).input).schedule;
    gradients.forEach((gradient, i) => {
      const particle = row(particles, i);
      for (let e = 0; e < k; e++) particle[e]! -= (rate / samples) * gradient[e]!;
    });
    const before = learned.tau?.slice();
    for (const name of ['tau', 'tauEnd', 'step'] as const)
      slopes[name]?.forEach((slope, i) => {
        learned[name]![i]! -= (tauRate / samples) * slope;
      });
    clipTau(learned);
    exchanged = sorts && before && learned.tau ? swaps(before, learned.tau) : [];
  }
}

const copyOf = (schedule: ScheduleParameters): ScheduleParameters =>
  Object.fromEntries(
    Object.entries(schedule).map(([name, values]: [string, Float64Array]) => [name, values.slice()]),
  );
