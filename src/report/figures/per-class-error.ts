/** Test error of each class. */
import { fewOf } from '../../check.ts';
import { errorColour, fitText, ink, muted, paper, rule, textWidth } from '../../draw/index.ts';
import { mean } from '../../stats/index.ts';
import { type Figure, type FigureRun, percent } from './figure.ts';
import { fontSize, legendAbove, legendRow, makeFrame, specIn } from './frame.ts';

/** With more classes, the worst ones only. */
const mostClasses = 25;
const labelWidth = 150;

/** The runs of a class list that most of them have. */
function comparableRuns(runs: readonly FigureRun[]): readonly FigureRun[] {
  const groups = new Map<string, FigureRun[]>();
  for (const run of runs) {
    if (!run.data.result?.perClassError.length) continue;
    const key = JSON.stringify(run.data.result.classes);
    groups.set(key, [...(groups.get(key) ?? []), run]);
  }
  return [...groups.values()].sort((a, b) => b.length - a.length)[0] ?? [];
}

/** Over the runs that tested the class; undefined if none did. */
function meanError(runs: readonly FigureRun[], c: number): number | undefined {
  const errors = runs.flatMap(({ data }) => data.result?.perClassError[c] ?? []);
  return errors.length > 0 ? mean(errors) : undefined;
}

/** Undefined if no run has a result, or of several no two are on the same classes. */
export function perClassError(runs: readonly FigureRun[]): Figure | undefined {
  const comparable = comparableRuns(runs);
  const classes = comparable[0]?.data.result?.classes;
  if (!classes || (runs.length > 1 && comparable.length < 2)) return undefined;
  const means = classes.map((_, c) => meanError(comparable, c));
  const tested = classes.map((_, c) => c).filter((c) => means[c] !== undefined);
  const untested = classes.filter((_, c) => means[c] === undefined);
  const order = tested.sort((a, b) => (means[b] ?? 0) - (means[a] ?? 0));
  const shown = order.slice(0, mostClasses);
  const names = new Map(shown.map((c) => [c, `${c} ${classes[c] ?? ''}`]));
  const single = comparable.length === 1;
  const several = [...new Map(comparable.map((run) => [run.series, run])).values()];
  const values = comparable.flatMap(({ series, data }) =>
    shown.flatMap((c) => {
      const error = data.result?.perClassError[c] ?? undefined;
      return error === undefined
        ? []
        : [{ class: names.get(c), error: Number(error.toFixed(3)), name: series }];
    }),
  );
  const cut = (c: number): string => fitText(classes[c] ?? '', fontSize, labelWidth);
  const left = Math.max(...shown.map((c) => textWidth(cut(c), fontSize))) + 14;
  const draft = makeFrame(1, { left });
  const legend = single
    ? undefined
    : legendAbove(
        several.map(({ series }) => series),
        draft,
        12,
      );
  const rowHeight = shown.length > 12 ? 17 : 24;
  const frame = makeFrame(shown.length * rowHeight, {
    left,
    right: 44,
    top: 16 + (legend?.rows ?? 0) * legendRow,
  });
  const high = Math.max(...values.map(({ error }) => error), 0.1);
  const x = {
    field: 'error',
    type: 'quantitative',
    scale: { domain: [0, high * 1.04], nice: false },
    axis: { title: 'test error in %', tickCount: 6, grid: true },
  };
  const y = {
    field: 'class',
    type: 'nominal',
    sort: shown.map((c) => names.get(c)),
    scale: { paddingInner: 0.35, paddingOuter: 0.2 },
    axis: {
      title: null,
      ticks: false,
      labelColor: ink.light,
      labelOverlap: false,
      labelLimit: 0,
      labelExpr: `${JSON.stringify(Object.fromEntries(shown.map((c) => [names.get(c), cut(c)])))}[datum.value]`,
    },
  };
  const layers = single
    ? [
        {
          data: { values },
          mark: { type: 'bar', color: errorColour.light, cornerRadiusEnd: 2 },
          encoding: { x, y },
        },
        {
          data: { values: values.map((value) => ({ ...value, text: value.error.toFixed(1) })) },
          mark: { type: 'text', align: 'left', dx: 5, fontSize: fontSize - 1, color: muted.light },
          encoding: { x, y, text: { field: 'text' } },
        },
      ]
    : [
        {
          data: { values },
          mark: { type: 'rule', color: rule.light, strokeWidth: 1 },
          encoding: { y, x: { ...x, aggregate: 'min' }, x2: { field: 'error', aggregate: 'max' } },
        },
        {
          data: { values },
          mark: { type: 'point', filled: true, size: 62, opacity: 1, stroke: paper.light, strokeWidth: 1 },
          encoding: {
            x,
            y,
            color: {
              field: 'name',
              type: 'nominal',
              scale: {
                domain: several.map(({ series }) => series),
                range: several.map(({ colour }) => colour.light),
              },
              legend: { ...legend?.spec, symbolType: 'circle', symbolSize: 70, symbolStrokeWidth: 0 },
            },
          },
        },
      ];
  const [worst = 0] = order;
  const best = order.at(-1) ?? 0;
  return {
    id: 'per-class-error',
    title: 'Error by class',
    caption: `Share of each class’s test images that were classified wrongly, worst first${tested.length > mostClasses ? ` (the ${mostClasses} worst of ${tested.length})` : ''}.${untested.length > 0 ? ` No test images: ${fewOf(untested)}.` : ''}${single ? '' : ' The line joins the runs: a long one is a class on which they differ.'}${comparable.length < runs.length ? ` Drawn are ${comparable.length} of ${runs.length} runs: the others have other classes, or no result.` : ''}`,
    alt: `Test error by class, from ${percent(means[worst] ?? 0)} for ${classes[worst] ?? ''} to ${percent(means[best] ?? 0)} for ${classes[best] ?? ''}.`,
    panels: [{ id: 'per-class-error', spec: specIn(frame, layers) }],
  };
}
