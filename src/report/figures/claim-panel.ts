/** A panel of a claim: points and lines, ranges where they are known, predictions dashed. */
import type { Axis, ClaimPanel, Series } from '../../runs/index.ts';
import { mathText } from '../math-text.ts';
import { textWidth } from '../../draw/index.ts';
import type { Spec } from './figure.ts';
import { fontSize, legendRow, makeFrame, specIn, yAxis } from './frame.ts';
import { logTicks, placesAsTicks, type Ticks } from './log-ticks.ts';
import { legendLayers, placeLabels } from './series-legend.ts';
import { type Look, looksOf } from './series-marks.ts';

interface Row {
  readonly x: number;
  readonly y: number;
  readonly low?: number;
  readonly high?: number;
}

/** A logarithmic axis shows what is positive. */
const shown = (value: number, { log }: Axis): boolean => Number.isFinite(value) && (!log || value > 0);

function rowsOf({ points }: Series, panel: ClaimPanel): Row[] {
  return points.flatMap(([x, y, low, high]) => {
    if (!shown(x, panel.x) || !shown(y, panel.y)) return [];
    const known = low !== undefined && high !== undefined && shown(low, panel.y) && shown(high, panel.y);
    return [{ x, y, ...(known && { low, high }) }];
  });
}

const innerHeight = 230;
const leftOfPlot = 58;
const titleLine = 16;

/** More ranges than this are drawn as a band. */
const mostRules = 24;

/** Undefined if there is nothing to draw. */
export function claimPanelSpec(panel: ClaimPanel): Spec | undefined {
  const rows = panel.series.map((series) => rowsOf(series, panel));
  const all = rows.flat();
  if (!all.length) return undefined;
  const bare = makeFrame(innerHeight, { left: leftOfPlot });
  const names = panel.series.map(({ name }) => mathText(name));
  const legendLeft = 10 - leftOfPlot;
  const labels = names.length > 1 ? placeLabels(names, bare.width - legendLeft) : [];
  const legendRows = labels.length ? (labels.at(-1)?.row ?? 0) + 1 : 0;
  const yTitle = wrapped(mathText(panel.y.title), bare.width - legendLeft);
  const frame = makeFrame(innerHeight, {
    left: leftOfPlot,
    top: 18 + yTitle.length * titleLine + (legendRows ? legendRows * legendRow + 8 : 0),
  });
  const looks = looksOf(panel.series);

  const heights = all.flatMap(({ y, low, high }) => [y, low ?? y, high ?? y]);
  const encoding = {
    x: positionOf('x', panel.x, xTicks(all, panel, frame.width), (extra) => ({
      title: mathText(panel.x.title),
      ...extra,
    })),
    y: positionOf('y', panel.y, panel.y.log ? logTicks(heights) : undefined, (extra) =>
      yAxis(yTitle, frame, extra),
    ),
  };
  const dodge = dodges(rows);
  const order = [...panel.series.keys()].sort(
    (a, b) => Number(panel.series[b]?.predicted ?? false) - Number(panel.series[a]?.predicted ?? false),
  );
  const layers = order.flatMap((i) => seriesLayers(rows[i]!, looks[i]!, encoding, dodge[i] ?? 0));
  const top = -frame.margins.top + 18;
  return specIn(frame, [...layers, ...legendLayers(labels, looks, { left: legendLeft, top })]);
}

function xTicks(rows: readonly Row[], { x }: ClaimPanel, width: number): Ticks | undefined {
  if (!x.log) return undefined;
  const places = rows.map((row) => row.x);
  return placesAsTicks(places, width, 38) ?? logTicks(places);
}

function positionOf(
  field: 'x' | 'y',
  axis: Axis,
  ticks: Ticks | undefined,
  complete: (extra: Spec) => Spec,
): Spec {
  const given: Spec = ticks
    ? {
        values: ticks.values,
        labelExpr: `${JSON.stringify(ticks.labels)}[indexof(${JSON.stringify(ticks.values)}, datum.value)]`,
      }
    : field === 'x'
      ? { tickCount: 6, ...(axis.whole && { tickMinStep: 1, format: 'd' }) }
      : {};
  return {
    field,
    type: 'quantitative',
    scale: axis.log ? { type: 'log', nice: false, padding: 10 } : { zero: axis.zero ?? false, nice: true },
    axis: complete(given),
  };
}

/** Ranges of several series at the same place stand beside each other, in px. */
function dodges(rows: readonly (readonly Row[])[]): number[] {
  const ranged = rows.map((own) => own.length <= mostRules && own.some(({ low }) => low !== undefined));
  const count = ranged.filter(Boolean).length;
  const gap = Math.min(4, 18 / Math.max(count - 1, 1));
  let index = 0;
  return ranged.map((one) => (one ? (index++ - (count - 1) / 2) * gap : 0));
}

function seriesLayers(
  values: readonly Row[],
  { colour, line, marker }: Look,
  { x, y }: { readonly x: Spec; readonly y: Spec },
  xOffset: number,
): Spec[] {
  const data = { values };
  const ranged = values.filter(({ low }) => low !== undefined);
  const ends = { x, y: { ...y, field: 'low' }, y2: { field: 'high' } };
  const ranges: Spec[] =
    ranged.length > mostRules || (ranged.length > 0 && !marker)
      ? [{ data: { values: ranged }, mark: { type: 'area', fill: colour, opacity: 0.16 }, encoding: ends }]
      : ranged.length
        ? [
            {
              data: { values: ranged },
              mark: { type: 'rule', stroke: colour, strokeWidth: 1.2, xOffset },
              encoding: ends,
            },
            ...(['low', 'high'] as const).map((field) => ({
              data: { values: ranged },
              mark: { type: 'tick', orient: 'horizontal', size: 6, thickness: 1.2, color: colour, xOffset },
              encoding: { x, y: { ...y, field } },
            })),
          ]
        : [];
  return [
    ...ranges,
    ...(line ? [{ data, mark: { ...line, xOffset }, encoding: { x, y } }] : []),
    ...(marker ? [{ data, mark: { ...marker, xOffset }, encoding: { x, y } }] : []),
  ];
}

/** Words in lines of at most `width` px. */
function wrapped(text: string, width: number): string[] {
  return text.split(' ').reduce<string[]>((lines, word) => {
    const longer = `${lines.at(-1) ?? ''} ${word}`.trim();
    if (lines.length && textWidth(longer, fontSize) <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
    return lines;
  }, []);
}
