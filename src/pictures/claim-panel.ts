/** A panel of a claim: points and lines, with their spread if known, and dashed predictions. */
import {
  chooseTicks,
  labelTicks,
  makeScale,
  type Marker,
  muted,
  seriesColour,
  type Shape,
} from '../draw/index.ts';
import type { Axis, ClaimPanel, Series as ClaimSeries } from '../runs/index.ts';
import { lineChart } from './chart.ts';
import { type Panel, panelWidth } from './figure.ts';
import { legendOf, type LineAxis, type Lines, linesTable, type Series } from './lines.ts';
import { mathText } from './math-text.ts';

/** A logarithmic axis shows positive numbers. */
const isShown = (value: number, { log }: Axis): boolean => Number.isFinite(value) && (!log || value > 0);

const margins = { left: 58, right: 16 };
/** Width of the label of a tick with the space to the next one, in px. */
const labelWidth = 38;
/** More ranges than this are an area. */
const maxWhiskers = 24;
/** More points have no markers. */
const maxMarkers = 60;

const shapes: readonly Shape[] = ['circle', 'square', 'triangle', 'diamond', 'cross'];

/** Every other marker is hollow and larger, so that two series at the same points are both visible. */
const markerOf = (index: number): Marker => {
  const hollow = index % 2 === 1;
  return { shape: shapes[index % shapes.length]!, radius: hollow ? 5 : 3.5, hollow };
};

/** Undefined where there is nothing to draw. */
export function claimPanel(panel: ClaimPanel): Panel | undefined {
  const series = seriesOf(panel);
  const x = series.flatMap((one) => one.x);
  const y = series.flatMap((one) => [...one.y, ...(one.band ?? []).flat()]).filter((value) => value !== null);
  if (!x.length) return undefined;
  const xTitle = mathText(panel.x.title);
  const yTitle = mathText(panel.y.title);
  const lines: Lines = {
    id: 'panel',
    title: panel.title,
    x: { title: xTitle, ...axisOf(panel.x, x, placesAsTicks), grid: false },
    y: { title: yTitle, ...axisOf(panel.y, y) },
    // Predictions are below the measurements.
    series: [...series].sort((a, b) => Number(b.dash !== undefined) - Number(a.dash !== undefined)),
    description: `${panel.title}: ${panel.y.title} against ${panel.x.title}`,
  };
  return {
    id: 'panel',
    draw: (theme, width) =>
      lineChart(
        lines,
        {
          width,
          height: 230,
          margins,
          yTitle,
          legend: series.length > 1 ? legendOf(series, theme) : [],
        },
        theme,
      ),
    table: linesTable(lines),
    plain: { mark: 'line', x: xTitle, y: yTitle, colour: 'series' },
  };
}

/** Measurements take the colours in turn; a single prediction is grey. */
function seriesOf(panel: ClaimPanel): Series[] {
  const predictions = panel.series.filter(({ predicted }) => predicted).length;
  const measurements = panel.series.length - predictions;
  const drawn = panel.series.map((one) => pointsOf(one, panel));
  const whiskered = drawn.filter(({ whiskers }) => whiskers);
  const gap = Math.min(4, 18 / Math.max(whiskered.length - 1, 1));
  let [measured, predicted] = [0, 0];
  return panel.series.map((one, i): Series => {
    const points = drawn[i]!;
    if (one.predicted) {
      const colour = predictions === 1 ? muted : seriesColour(predicted++ % Math.max(measurements, 1));
      const { x, y } = points;
      return { name: mathText(one.name), colour, x, y, lineWidth: 1.3, dash: [5, 4] };
    }
    const index = measured++;
    const { mark = 'both' } = one;
    const place = whiskered.indexOf(points);
    return {
      name: mathText(one.name),
      colour: seriesColour(index),
      ...points,
      lineWidth: mark === 'points' ? 0 : 1.8,
      ...(mark !== 'line' &&
        (mark === 'points' || points.x.length <= maxMarkers) && { marker: markerOf(index) }),
      ...(place >= 0 && { shift: (place - (whiskered.length - 1) / 2) * gap }),
    };
  });
}

type Points = Pick<Series, 'x' | 'y' | 'band' | 'whiskers'>;

function pointsOf({ points, mark }: ClaimSeries, panel: ClaimPanel): Points {
  const shown = points.filter(([x, y]) => isShown(x, panel.x) && isShown(y, panel.y));
  const known = shown.map(([, , low = NaN, high = NaN]) =>
    isShown(low, panel.y) && isShown(high, panel.y) ? ([low, high] as const) : undefined,
  );
  const count = known.filter((range) => range !== undefined).length;
  return {
    x: shown.map(([x]) => x),
    y: shown.map(([, y]) => y),
    ...(count && {
      band: [known.map((range) => range?.[0] ?? null), known.map((range) => range?.[1] ?? null)],
      whiskers: count <= maxWhiskers && mark !== 'line',
    }),
  };
}

function axisOf(
  { log = false, whole = false, zero = false }: Axis,
  values: readonly number[],
  ownTicks?: (values: readonly number[]) => readonly number[] | undefined,
): LineAxis {
  if (!log) return { ...(zero && { zero }), ...(whole && { whole }), ...(ownTicks && { ticks: 6 }) };
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const ticks = ownTicks?.(values) ?? chooseTicks('log', low, high, 4);
  const labels = labelTicks('log', ticks);
  const pad = low < high ? (high / low) ** 0.04 : 2;
  return {
    scale: 'log',
    from: low / pad,
    to: high * pad,
    ticks,
    format: (value) => labels[ticks.indexOf(value)] ?? '',
  };
}

/** Ticks at the points themselves, if there are few and their labels do not touch. */
function placesAsTicks(values: readonly number[]): readonly number[] | undefined {
  const places = [...new Set(values)].sort((a, b) => a - b);
  const [first = NaN, last = NaN] = [places[0], places.at(-1)];
  if (!(last > first) || places.length > 8) return undefined;
  const scale = makeScale('log', [first, last], [0, 0.92 * (panelWidth - margins.left - margins.right)]);
  const gaps = places.slice(1).map((place, i) => scale(place) - scale(places[i]!));
  return Math.min(...gaps) >= labelWidth ? places : undefined;
}
