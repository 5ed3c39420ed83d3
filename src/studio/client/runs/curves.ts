/** Growing curves: appends streamed steps to those read before. */
import { mapCurves, type StageCurves, type StepCurves } from '../../protocol/index.ts';

/** Adds the stage columns of `others`; missing ones are filled with null. */
function withStagesOf(curves: StepCurves, others: StepCurves): StepCurves {
  const nothing = curves.step.map((): readonly number[] => []);
  const column = (name: string, key: keyof StageCurves): StageCurves[typeof key] =>
    curves.stages[name]?.[key] ?? (others.stages[name]?.[key] ? nothing : null);
  const names = new Set([...Object.keys(curves.stages), ...Object.keys(others.stages)]);
  return {
    ...curves,
    stages: Object.fromEntries(
      [...names].map((name) => [
        name,
        { tau: column(name, 'tau'), tauEnd: column(name, 'tauEnd'), step: column(name, 'step') },
      ]),
    ),
  };
}

/**
 * Appends `more` to `curves`. If `more` starts before the end, as after a run resumed from an earlier checkpoint, it
 * replaces the overlap.
 */
export function appendCurves(curves: StepCurves, more: StepCurves): StepCurves {
  const [first] = more.step;
  if (first === undefined) return curves;
  let keep = curves.step.length;
  while (keep > 0 && curves.step[keep - 1]! >= first) keep--;
  const after = withStagesOf(more, curves);
  return {
    ...mapCurves(withStagesOf(curves, more), (column, same) => [
      ...(keep < column.length ? column.slice(0, keep) : column),
      ...(same(after) ?? []),
    ]),
    total: more.total,
    lastStep: more.lastStep,
  };
}

/** The points up to and including a step. */
export function curvesUpTo(curves: StepCurves, step: number): StepCurves {
  if (curves.lastStep <= step) return curves;
  const keep = curves.step.filter((one) => one <= step).length;
  const kept = mapCurves(curves, (column) => column.slice(0, keep));
  return { ...kept, lastStep: kept.step.at(-1) ?? 0 };
}

/** The points after a step. */
export function curvesAfter(curves: StepCurves, step: number): StepCurves {
  const from = curves.step.filter((one) => one <= step).length;
  return mapCurves(curves, (column) => column.slice(from));
}

/** Options for the smoothing range in steps: 0 (none), 1, 2, 5, 10, .. up to a quarter of the run. */
export function reaches(lastStep: number): readonly number[] {
  const values = [0];
  for (let power = 1; power <= lastStep; power *= 10)
    for (const digit of [1, 2, 5]) if (digit * power <= lastStep / 4) values.push(digit * power);
  return values;
}

/** Default smoothing range: about a sixtieth of the run. */
export const defaultReach = (lastStep: number): number =>
  reaches(lastStep).findLast((value) => value <= lastStep / 60) ?? 0;
