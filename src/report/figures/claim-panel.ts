/** A panel of a claim: series of points and lines, predictions dashed. */
import type { Axis, ClaimPanel, Series } from '../../runs/index.ts';
import { seriesColour } from '../palette.ts';
import type { Spec } from './figure.ts';
import { legendAbove, legendRow, makeFrame, specIn, yAxis } from './frame.ts';

interface Row {
  readonly x: number;
  readonly y: number;
  readonly low?: number;
  readonly high?: number;
  readonly series: string;
}

/** A logarithmic axis shows what is positive. */
const shown = (value: number, { log }: Axis): boolean => Number.isFinite(value) && (!log || value > 0);

function rowsOf({ name, points }: Series, { x: xAxis, y: yOf }: ClaimPanel): Row[] {
  return points.flatMap(([x, y, low, high]) =>
    shown(x, xAxis) && shown(y, yOf)
      ? [
          {
            x,
            y,
            series: name,
            ...(low !== undefined && high !== undefined && shown(low, yOf) && { low, high }),
          },
        ]
      : [],
  );
}

/** The places where was measured, if they are few; with many, what suits the axis. */
function xTicks(values: readonly number[], log: boolean): Spec {
  const places = [...new Set(values)].sort((a, b) => a - b);
  const [first = 1, last = 1] = [places[0], places.at(-1)];
  // Labels of places that lie close together would touch.
  const gaps = places.slice(1).map((place, i) => Math.log(place / (places[i] ?? 1)) / Math.log(last / first));
  if (log && places.length > 1 && places.length < 9 && last / first < 1e4 && Math.min(...gaps) > 0.09)
    return { values: places, labelExpr: "format(datum.value, '~g')" };
  return log ? logTicks(values) : { tickCount: 6 };
}

/** Powers of ten, thinned out over many decades; over less than one decade, Vega's own ticks. */
function logTicks(values: readonly number[]): Spec {
  const [from, to] = [Math.log10(Math.min(...values)), Math.log10(Math.max(...values))];
  if (!(to - from > 1.2)) return {};
  const step = Math.ceil((to - from) / 6);
  const first = Math.ceil(from / step) * step;
  const decades = Array.from(
    { length: Math.floor((to - first) / step + 1e-9) + 1 },
    (_, i) => first + i * step,
  );
  return { values: decades.map((decade) => 10 ** decade), labelExpr: "format(datum.value, '~e')" };
}

/** Undefined if there is nothing to draw. */
export function claimPanelSpec(panel: ClaimPanel): Spec | undefined {
  const rows = panel.series.flatMap((series) => rowsOf(series, panel));
  if (!rows.length) return undefined;
  const names = panel.series.map(({ name }) => name);
  const bare = makeFrame(230, { left: 58 });
  const legend = names.length > 1 ? legendAbove(names, bare, 24) : undefined;
  const frame = makeFrame(230, { left: 58, top: 34 + (legend ? legend.rows * legendRow + 4 : 0) });
  const colour = {
    field: 'series',
    type: 'nominal',
    scale: { domain: names, range: names.map((_, i) => seriesColour(i).light) },
    legend: legend ? legend.spec : null,
  };
  const scale = ({ log }: Axis): Spec =>
    log ? { type: 'log', nice: false, padding: 8 } : { zero: false, nice: true };
  const x = {
    field: 'x',
    type: 'quantitative',
    scale: scale(panel.x),
    axis: {
      title: panel.x.title,
      ...xTicks(
        rows.map((row) => row.x),
        panel.x.log ?? false,
      ),
    },
  };
  const y = {
    field: 'y',
    type: 'quantitative',
    scale: scale(panel.y),
    axis: yAxis(panel.y.title, frame, panel.y.log ? logTicks(rows.map((row) => row.y)) : {}),
  };
  const layers = panel.series.flatMap((series): Spec[] => {
    const values = rowsOf(series, panel);
    if (!values.length) return [];
    const data = { values };
    const { mark = 'both', predicted = false } = series;
    const line = {
      data,
      mark: predicted
        ? { type: 'line', strokeWidth: 1.2, strokeDash: [5, 4] }
        : { type: 'line', strokeWidth: 1.8 },
      encoding: { x, y, color: colour },
    };
    const points = {
      data,
      mark: { type: 'circle', size: 34, opacity: 1 },
      encoding: { x, y, color: colour },
    };
    const spread = {
      data: { values: values.filter((row) => row.low !== undefined) },
      mark: { type: 'rule', strokeWidth: 1.2, opacity: 0.6 },
      encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' }, color: colour },
    };
    return [
      ...(spread.data.values.length ? [spread] : []),
      ...(mark === 'points' ? [] : [line]),
      ...(mark === 'line' || predicted ? [] : [points]),
    ];
  });
  return specIn(frame, layers);
}
