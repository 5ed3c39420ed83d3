/** Final test errors: one row a group of runs that differ by their seed alone. */
import { fitText, ink, muted, paper, textWidth } from '../../draw/index.ts';
import { groupRuns, meanWithError } from '../table.ts';
import { round } from './curves.ts';
import type { Figure, FigureRun } from './figure.ts';
import { fontSize, makeFrame, specIn } from './frame.ts';

const labelWidth = 190;

/** Undefined with fewer than two finished runs. */
export function finalError(runs: readonly FigureRun[]): Figure | undefined {
  const finished = runs.filter(({ summary }) => summary.final && Number.isFinite(summary.testError));
  if (finished.length < 2) return undefined;
  const { rows } = groupRuns(finished.map(({ summary }) => summary));
  const several = (pick: (row: (typeof rows)[number]) => string): boolean => new Set(rows.map(pick)).size > 1;
  const labelOf = (of: { dataset: string; model: string; scheme: string }): string =>
    [several(({ dataset }) => dataset) && of.dataset, several(({ model }) => model) && of.model, of.scheme]
      .filter((part) => part !== false)
      .join(', ');
  const sorted = [...rows].sort((a, b) => a.testError - b.testError);
  const groups = sorted.map(labelOf);
  const cut = groups.map((label) => fitText(label, fontSize, labelWidth));
  const means = sorted.map((row, group) => ({
    group,
    mean: round(row.testError),
    low: round(row.testError - (row.standardError ?? 0)),
    high: round(row.testError + (row.standardError ?? 0)),
    text: meanWithError(row.testError, row.standardError),
  }));
  const values = finished.map(({ summary, colour }) => ({
    group: groups.indexOf(labelOf(summary)),
    error: round(summary.testError ?? 0),
    colour: colour.light,
  }));
  const left = Math.max(...cut.map((label) => textWidth(label, fontSize))) + 14;
  const right = Math.max(...means.map(({ text }) => textWidth(text, fontSize))) + 22;
  const frame = makeFrame(Math.max(2, groups.length) * 30, { left, right, top: 16 });
  const [low, high] = [
    Math.min(...values.map(({ error }) => error)),
    Math.max(...values.map(({ error }) => error)),
  ];
  const pad = (high - low) * 0.08 || high * 0.05 || 1;
  const x = (field: string): Record<string, unknown> => ({
    field,
    type: 'quantitative',
    scale: { domain: [Math.max(0, low - pad), high + pad], nice: false, zero: false },
    axis: { title: 'test error in %', tickCount: 4, grid: true },
  });
  const y = {
    field: 'group',
    type: 'ordinal',
    scale: { domain: groups.map((_, i) => i), paddingInner: 0.2 },
    axis: {
      title: null,
      labelColor: ink.light,
      labelLimit: 0,
      labelExpr: `${JSON.stringify(cut)}[datum.value]`,
    },
  };
  const layers = [
    {
      data: { values: means },
      mark: { type: 'rule', color: muted.light, strokeWidth: 5, opacity: 0.3 },
      encoding: { y, x: x('low'), x2: { field: 'high' } },
    },
    {
      data: { values: means },
      mark: { type: 'tick', color: ink.light, thickness: 2, size: 16 },
      encoding: { y, x: x('mean') },
    },
    {
      data: { values },
      mark: { type: 'point', filled: true, size: 62, opacity: 1, stroke: paper.light, strokeWidth: 1 },
      encoding: { y, x: x('error'), color: { field: 'colour', type: 'nominal', scale: null } },
    },
    {
      data: { values: means },
      mark: { type: 'text', align: 'left', x: frame.width + 12, fontSize, fontWeight: 600, color: ink.light },
      encoding: { y, text: { field: 'text' } },
    },
  ];
  const seeds = means.some((_, i) => (sorted[i]?.n ?? 0) > 1);
  return {
    id: 'final-error',
    title: 'Test error at the end',
    caption: seeds
      ? 'One dot a run, one row for the runs that differ by their seed alone; the tick is their mean, the bar its standard error. Rows whose bars overlap are not told apart by these runs.'
      : 'One dot a run. There is one seed of each, so nothing tells how much of a difference is chance: train more seeds.',
    alt: `Test error in percent at the end: ${groups.map((label, i) => `${label} ${means[i]?.text ?? ''}`).join('; ')}.`,
    panels: [{ id: 'final-error', spec: specIn(frame, layers) }],
  };
}
