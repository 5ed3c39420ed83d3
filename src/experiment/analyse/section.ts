/** Shared by the sections of an analysis. */
import type { AnalysisSection, ClaimPanel, Series } from '../../runs/index.ts';
import type { Spread } from './spread.ts';

export const percent = (value: number): string => `${value.toFixed(1)} %`;

/** Short, for sentences. */
export const short = (value: number): string => String(Number(value.toPrecision(3))).replaceAll('-', '−');

/** A point with the range of its draws. */
export const ranged = (x: number, { mean, min, max }: Spread): Series['points'][number] =>
  min < max ? [x, mean, min, max] : [x, mean];

/** A constant over the whole range of x, dashed. */
export const level = (name: string, value: number, [from, to]: readonly [number, number]): Series => ({
  name,
  predicted: true,
  points: [
    [from, value],
    [to, value],
  ],
});

/** One series per stage, in order; the names are those of the stages. */
export function byStage<T extends { readonly stage: string }>(
  rows: readonly T[],
  point: (row: T) => Series['points'][number],
): Series[] {
  const stages = [...new Set(rows.map(({ stage }) => stage))];
  return stages.map((stage) => ({
    name: stage,
    points: rows.filter((row) => row.stage === stage).map(point),
  }));
}

export const blockAxis: ClaimPanel['x'] = { title: 'block, in the order of depth', whole: true };

export const errorAxis: ClaimPanel['y'] = { title: 'test error in %', zero: true };
export const lossAxis: ClaimPanel['y'] = { title: 'test loss', zero: true };

/** A section without its optional parts. */
export const section = (
  given: Pick<AnalysisSection, 'id' | 'title' | 'question' | 'sentence' | 'caption'> &
    Partial<AnalysisSection>,
): AnalysisSection => ({ checks: [], findings: [], reported: {}, panels: [], heatMaps: [], ...given });
