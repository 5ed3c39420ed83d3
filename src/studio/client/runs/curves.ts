/** Curves that grow: what a stream of steps adds to what was read. */
import { mapCurves, type StageCurves, type StepCurves } from '../../protocol/index.ts';

/** The curves with every stage column that `others` have; where they had none themselves, nothing is known at any point. */
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
 * `more` after `curves`. Where `more` begins before the end, as after a run went on from an earlier checkpoint, it
 * replaces what stood there.
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

/** The points up to a step, it among them. */
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

/** Values for the smoothing, in steps: 1, 2, 5, 10, .. up to a quarter of the run; 0 is none. */
export function reaches(lastStep: number): readonly number[] {
  const values = [0];
  for (let power = 1; power <= lastStep; power *= 10)
    for (const digit of [1, 2, 5]) if (digit * power <= lastStep / 4) values.push(digit * power);
  return values;
}

/** Where nothing is chosen: about a sixtieth of the run. */
export const defaultReach = (lastStep: number): number =>
  reaches(lastStep).findLast((value) => value <= lastStep / 60) ?? 0;
