/** Curves that grow: what a stream of steps adds to what was read. */
import type { StageCurves, StepCurves } from '../../protocol/index.ts';

type Column = readonly (readonly number[])[] | null;

/** The first `keep` entries of the one and all of the other. */
function joined<T>(before: readonly T[], keep: number, after: readonly T[]): readonly T[] {
  return [...(keep < before.length ? before.slice(0, keep) : before), ...after];
}

function joinedColumn(before: Column, keep: number, after: Column): Column {
  if (!before || !after) return before ?? after;
  return joined(before, keep, after);
}

const noStage: StageCurves = { tau: null, tauEnd: null, step: null };

/**
 * `more` after `curves`. Where `more` begins before the end, as after a run went on from an earlier checkpoint, it
 * replaces what stood there.
 */
export function appendCurves(curves: StepCurves, more: StepCurves): StepCurves {
  const [first] = more.step;
  if (first === undefined) return curves;
  let keep = curves.step.length;
  while (keep > 0 && curves.step[keep - 1]! >= first) keep--;
  const stages = Object.fromEntries(
    [...new Set([...Object.keys(curves.stages), ...Object.keys(more.stages)])].map((name) => {
      const [a, b] = [curves.stages[name] ?? noStage, more.stages[name] ?? noStage];
      return [
        name,
        {
          tau: joinedColumn(a.tau, keep, b.tau),
          tauEnd: joinedColumn(a.tauEnd, keep, b.tauEnd),
          step: joinedColumn(a.step, keep, b.step),
        },
      ];
    }),
  );
  return {
    step: joined(curves.step, keep, more.step),
    epoch: joined(curves.epoch, keep, more.epoch),
    loss: joined(curves.loss, keep, more.loss),
    lossMin: joined(curves.lossMin, keep, more.lossMin),
    lossMax: joined(curves.lossMax, keep, more.lossMax),
    error: joined(curves.error, keep, more.error),
    lr: joined(curves.lr, keep, more.lr),
    tauLr: joined(curves.tauLr, keep, more.tauLr),
    imagesPerSecond: joined(curves.imagesPerSecond, keep, more.imagesPerSecond),
    seconds: joined(curves.seconds, keep, more.seconds),
    stages,
    total: Math.max(curves.total, more.total),
    lastStep: more.lastStep,
  };
}

/** Items of both, the later ones replacing those with the same key, in the order of the keys. */
export function mergedBy<T>(
  before: readonly T[],
  more: readonly T[],
  key: (item: T) => number,
): readonly T[] {
  if (!more.length) return before;
  const all = new Map(before.map((item) => [key(item), item]));
  for (const item of more) all.set(key(item), item);
  return [...all.values()].sort((a, b) => key(a) - key(b));
}

/** Values for the smoothing, in steps: 1, 2, 5, 10, .. up to a quarter of the run; 0 is none. */
export function reaches(lastStep: number): readonly number[] {
  const values = [0];
  for (let power = 1; power <= lastStep; power *= 10)
    for (const digit of [1, 2, 5]) if (digit * power <= lastStep / 4) values.push(digit * power);
  return values;
}

/** Where nothing is chosen: about a sixtieth of the run. */
export const usualReach = (lastStep: number): number =>
  reaches(lastStep).findLast((value) => value <= lastStep / 60) ?? 0;
