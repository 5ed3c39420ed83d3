/** Curves of training, by run: error, loss, learning rate. */
import type { RunData, StepRecord } from '../../runs/index.ts';
import { ink, muted, paper, spreadLabels, testColour, trainingColour } from '../../draw/index.ts';
import { type Point, smooth, thin } from '../sample.ts';
import { type FigureRun, maxLinePoints, type Spec } from './figure.ts';
import { fontSize, type Frame, legendAbove, legendRow, makeFrame, specIn, yAxis } from './frame.ts';

/** A scale of the y axis, and where a value lies on it: 0 at the bottom, 1 at the top. */
export interface YScale {
  readonly type: 'linear' | 'log' | 'sqrt';
  readonly domain: readonly [number, number];
  readonly ticks?: readonly number[];
}

export function placeOn({ type, domain: [low, high] }: YScale, value: number): number {
  const f = { linear: (v: number) => v, log: Math.log, sqrt: Math.sqrt }[type];
  return (f(value) - f(low)) / (f(high) - f(low));
}

/** Steps of one epoch; undefined if nothing tells. */
export function stepsPerEpoch({ result, status, config, steps }: RunData): number | undefined {
  if (result && result.epochs > 0) return result.steps / result.epochs;
  const epochs = config?.epochs;
  if (status && status.totalSteps > 0 && typeof epochs === 'number' && epochs > 0)
    return status.totalSteps / epochs;
  const last = steps.at(-1);
  const turn = steps.find(({ epoch }) => epoch === last?.epoch);
  return last && turn && turn.epoch > 0 ? (turn.step - 1) / turn.epoch : undefined;
}

export interface XAxis {
  readonly title: string;
  readonly max: number;
  /** Where a step lies. */
  at(run: RunData, step: number): number;
  /** Where the end of an epoch lies. */
  epochEnd(run: RunData, epoch: number): number | undefined;
}

/** Epochs if they are known for all runs, so that runs of different batch sizes compare; else steps. */
export function xAxisOf(runs: readonly FigureRun[]): XAxis {
  const per = new Map(runs.map(({ data }) => [data, stepsPerEpoch(data)]));
  const lastStep = ({ steps, result }: RunData): number => steps.at(-1)?.step ?? result?.steps ?? 0;
  const known = [...per.values()].every((steps) => steps !== undefined);
  const at = (run: RunData, step: number): number => (known ? step / (per.get(run) ?? 1) : step);
  const ends = runs.map(({ data }) =>
    Math.max(at(data, lastStep(data)), known ? (data.epochs.at(-1)?.epoch ?? -1) + 1 : 0),
  );
  return {
    title: known ? 'epoch' : 'step',
    max: Math.max(...ends) || 1,
    at,
    epochEnd(run, epoch) {
      const steps = per.get(run);
      return known ? epoch + 1 : steps === undefined ? undefined : (epoch + 1) * steps;
    },
  };
}

/** A line that belongs to a run and is of a kind: training or test. */
export interface Curve {
  readonly run: FigureRun;
  readonly kind: 'training' | 'test';
  readonly points: readonly Point[];
  /** Values of single batches, drawn faintly behind. */
  readonly faint?: readonly Point[];
}

const usable = (points: readonly Point[], scale: 'linear' | 'log' | 'sqrt'): Point[] =>
  points.filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y) && (scale === 'log' ? y > 0 : y >= 0));

/** The curve of a quantity over steps and over epochs, as far as it is known. */
export function curvesOf(
  run: FigureRun,
  axis: XAxis,
  scale: YScale['type'],
  ofStep: (record: StepRecord) => number,
  ofEpoch: (epoch: RunData['epochs'][number]) => number | undefined,
): Curve[] {
  const { data } = run;
  const batches = usable(
    data.steps.map((record) => ({ x: axis.at(data, record.step), y: ofStep(record) })),
    scale,
  );
  const faint = thin(batches, maxLinePoints);
  const test = usable(
    data.epochs.map((epoch) => ({
      x: axis.epochEnd(data, epoch.epoch) ?? Number.NaN,
      y: ofEpoch(epoch) ?? Number.NaN,
    })),
    scale,
  );
  const training: Curve = { run, kind: 'training', points: smooth(faint, axis.max / 80), faint };
  const curves: Curve[] = faint.length > 1 ? [training] : [];
  return test.length ? [...curves, { run, kind: 'test', points: test }] : curves;
}

const endLabelSpace = 58;
const mostEndLabels = 6;
const mostLegends = 12;
const legendGap = 24;
const plotHeight = 210;

interface CurveFigure {
  readonly axis: XAxis;
  readonly yTitle: string;
  readonly scale: YScale;
  /** Writes the last value; absent: it is not written. */
  readonly format?: (value: number) => string;
}

/** Last values of the curves, written at their ends. */
function endLabels(curves: readonly Curve[], frame: Frame, { axis, scale, format }: CurveFigure): Spec[] {
  if (!format) return [];
  const labelled = curves.filter(({ kind }) => kind === 'test');
  const ends = labelled.flatMap(({ points, run }) => points.slice(-1).map((point) => ({ ...point, run })));
  if (ends.length > mostEndLabels) return [];
  const single = new Set(ends.map(({ run }) => run)).size === 1;
  const wanted = ends.map(({ y }) => (1 - placeOn(scale, y)) * frame.height);
  const places = spreadLabels(wanted, fontSize + 2, 0, frame.height);
  return ends.map(({ y, run }, i) => ({
    data: { values: [{ x: axis.max, text: format(y) }] },
    mark: {
      type: 'text',
      align: 'left',
      baseline: 'middle',
      dx: 8,
      fontSize,
      fontWeight: 600,
      color: (single ? ink : run.colour).light,
      y: places[i],
    },
    encoding: { x: { field: 'x', type: 'quantitative' }, text: { field: 'text' } },
  }));
}

/** Draws curves: of one run in two colours, of several in a colour each with training dashed. */
export function curveSpec(runs: readonly FigureRun[], curves: readonly Curve[], figure: CurveFigure): Spec {
  const single = runs.length === 1;
  const kinds = (['training', 'test'] as const).filter((kind) => curves.some((curve) => curve.kind === kind));
  const several = [...new Map(runs.map((run) => [run.series, run])).values()];
  const names = single ? kinds : several.map(({ series }) => series);
  const colours = single
    ? kinds.map((kind) => (kind === 'test' ? testColour : trainingColour).light)
    : several.map(({ colour }) => colour.light);
  const shown = names.slice(0, mostLegends);
  const draft = makeFrame(plotHeight, { right: endLabelSpace });
  // A row for the kinds is kept free where there is one kind only: so the axes of neighbours line up.
  const own = single ? [] : shown;
  const kindLegend = kinds.length > 1 ? legendAbove(kinds, draft, legendGap) : undefined;
  const legend = own.length ? legendAbove(own, draft, legendGap + legendRow) : undefined;
  const frame = makeFrame(plotHeight, {
    right: endLabelSpace,
    top: legendGap + 6 + (1 + (legend?.rows ?? 0)) * legendRow,
  });
  const { axis, scale, yTitle } = figure;
  const x = {
    field: 'x',
    type: 'quantitative',
    scale: { domain: [0, axis.max], nice: false },
    axis: { title: axis.title, tickCount: 5, tickMinStep: 1 },
  };
  const y = {
    field: 'y',
    type: 'quantitative',
    scale: { type: scale.type, domain: scale.domain, nice: false, clamp: true },
    axis: yAxis(yTitle, frame, {
      ...(scale.ticks && { values: scale.ticks }),
      ...(scale.domain[1] < 0.01 && { format: '~e' }),
    }),
  };
  const color = {
    field: 'name',
    type: 'nominal',
    scale: { domain: names, range: colours },
    legend: single ? (kindLegend?.spec ?? null) : { ...legend?.spec, values: shown },
  };
  const nameOf = (curve: Curve): string => (single ? curve.kind : curve.run.series);
  const rowsOf = (curve: Curve, points: readonly Point[]): Spec[] =>
    points.map((point) => ({ x: round(point.x), y: round(point.y), name: nameOf(curve), kind: curve.kind }));
  const dash = {
    field: 'kind',
    type: 'nominal',
    scale: {
      domain: ['training', 'test'],
      range: single
        ? [
            [1, 0],
            [1, 0],
          ]
        : [
            [4, 3],
            [1, 0],
          ],
    },
    legend:
      !single && kindLegend ? { ...kindLegend.spec, symbolStrokeColor: muted.light, values: kinds } : null,
  };
  const line = (curve: Curve, points: readonly Point[], mark: Spec): Spec => ({
    data: { values: rowsOf(curve, points) },
    mark: { type: 'line', ...mark },
    encoding: { x, y, color, strokeDash: dash },
  });
  const faintness = Math.max(0.1, 0.3 / runs.length);
  const layers = [
    ...curves.flatMap((curve) =>
      curve.faint ? [{ ...line(curve, curve.faint, { strokeWidth: 1, opacity: faintness }) }] : [],
    ),
    ...curves.map((curve) => line(curve, curve.points, { strokeWidth: curve.kind === 'test' ? 2.2 : 1.6 })),
    ...curves
      .filter(({ kind, points }) => kind === 'test' && figure.format && points.length <= 40)
      .map((curve) => ({
        data: { values: rowsOf(curve, curve.points) },
        mark: { type: 'point', filled: true, size: 26, stroke: paper.light, strokeWidth: 1, opacity: 1 },
        encoding: { x, y, color },
      })),
    ...endLabels(curves, frame, figure),
  ];
  return specIn(frame, layers.length ? layers : [emptyLayer]);
}

/** What stands where there is nothing to draw yet. */
export const emptyLayer: Spec = {
  data: { values: [{ text: 'not enough recorded yet' }] },
  mark: { type: 'text', color: muted.light, fontSize },
  encoding: { text: { field: 'text' } },
};

/** Seven significant digits: more cannot be seen, and the files stay small. */
export function round(value: number): number {
  return Number(value.toPrecision(7));
}

/** 1, 2, 5, 10, .. within a range; if they are few, steps in between. */
export function logTicks(low: number, high: number): number[] {
  const ticks = (digits: readonly number[]): number[] => {
    const found: number[] = [];
    for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++)
      for (const digit of digits) {
        const value = Number((digit * 10 ** power).toPrecision(3));
        if (value >= low && value <= high) found.push(value);
      }
    return found;
  };
  for (const digits of [[1], [1, 3], [1, 2, 5], [1, 1.5, 2, 3, 5, 7]]) {
    const found = ticks(digits);
    if (found.length >= 4 && found.length <= 10) return found;
  }
  return ticks([1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 9]);
}

/** Least and greatest of all points; of the faint ones all but the outermost hundredths. */
export function extent(curves: readonly Curve[]): readonly [number, number] | undefined {
  let [low, high] = [Infinity, -Infinity];
  for (const { points, faint = [] } of curves) {
    const sorted = faint.map(({ y }) => y).sort((a, b) => a - b);
    const inner = [sorted[Math.floor(sorted.length / 100)], sorted[Math.ceil(sorted.length * 0.99) - 1]];
    for (const y of [...points.map((point) => point.y), ...inner])
      if (y !== undefined) [low, high] = [Math.min(low, y), Math.max(high, y)];
  }
  return low <= high ? [low, high] : undefined;
}
