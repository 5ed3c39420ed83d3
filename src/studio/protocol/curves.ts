/** The list of the columns of curves. */
import type { StageCurves, StepCurves } from './runs.ts';

/** The curves of a run without steps. */
export const noCurves: StepCurves = {
  step: [],
  epoch: [],
  loss: [],
  lossMin: [],
  lossMax: [],
  error: [],
  lr: [],
  tauLr: [],
  imagesPerSecond: [],
  seconds: [],
  stages: {},
  total: 0,
  lastStep: 0,
};

/**
 * Applies `pick` to every column, including those of the stages, and keeps everything else.
 *
 * @param pick - receives a column and `same`, which finds the same column in other curves (null if they have none)
 */
export function mapCurves(
  curves: StepCurves,
  pick: <T>(column: readonly T[], same: (other: StepCurves) => readonly T[] | null) => readonly T[],
): StepCurves {
  const column = <T>(read: (from: StepCurves) => readonly T[]): readonly T[] => pick(read(curves), read);
  const stage = (name: string, key: keyof StageCurves): StageCurves[typeof key] => {
    const read = (from: StepCurves): StageCurves[typeof key] => from.stages[name]?.[key] ?? null;
    const found = read(curves);
    return found && pick(found, read);
  };
  return {
    ...curves,
    step: column(({ step }) => step),
    epoch: column(({ epoch }) => epoch),
    loss: column(({ loss }) => loss),
    lossMin: column(({ lossMin }) => lossMin),
    lossMax: column(({ lossMax }) => lossMax),
    error: column(({ error }) => error),
    lr: column(({ lr }) => lr),
    tauLr: column(({ tauLr }) => tauLr),
    imagesPerSecond: column(({ imagesPerSecond }) => imagesPerSecond),
    seconds: column(({ seconds }) => seconds),
    stages: Object.fromEntries(
      Object.keys(curves.stages).map((name) => [
        name,
        { tau: stage(name, 'tau'), tauEnd: stage(name, 'tauEnd'), step: stage(name, 'step') },
      ]),
    ),
  };
}
