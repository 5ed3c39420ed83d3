/** Training curves of runs: error, loss, learning rate. */
import { chooseTicks, type LegendEntry, testColour, type Theme, trainingColour } from '../draw/index.ts';
import { evaluationSet } from '../runs/evaluation-set.ts';
import { evenly } from '../runs/evenly.ts';
import type { RunData, StepRecord } from '../runs/index.ts';
import { lineChart } from './chart.ts';
import { type Figure, type FigureRun, maxLinePoints, percent } from './figure.ts';
import { legendOf, type LineAxis, type Lines, linesTable, lookOf, type Series } from './lines.ts';
import { smooth } from './smooth.ts';

/** Steps per epoch; undefined if unknown. */
export function stepsPerEpoch({ result, status, config, steps }: RunData): number | undefined {
  if (result && result.epochs > 0) return result.steps / result.epochs;
  const epochs = config?.epochs;
  if (status && status.totalSteps > 0 && typeof epochs === 'number' && epochs > 0)
    return status.totalSteps / epochs;
  const last = steps.at(-1);
  const turn = steps.find(({ epoch }) => epoch === last?.epoch);
  return last && turn && turn.epoch > 0 ? (turn.step - 1) / turn.epoch : undefined;
}

interface XAxis {
  readonly title: string;
  readonly max: number;
  /** Position of a step. */
  at(run: RunData, step: number): number;
  /** Position of the end of an epoch. */
  epochEnd(run: RunData, epoch: number): number | undefined;
}

/** Epochs if known for all runs, so that runs with different batch sizes compare; else steps. */
function xAxisOf(runs: readonly FigureRun[]): XAxis {
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

interface Quantity {
  readonly id: string;
  readonly title: string;
  readonly yTitle: string;
  readonly scale: NonNullable<LineAxis['scale']>;
  readonly ofStep?: (record: StepRecord) => number;
  readonly ofEpoch?: (epoch: RunData['epochs'][number]) => number | undefined;
  /** The same with averaged weights. */
  readonly ofAverage?: (epoch: RunData['epochs'][number]) => number | undefined;
  /** Draws the recorded values without smoothing. */
  readonly exact?: true;
  /** Writes the last value at the end of its line. */
  readonly format?: (value: number) => string;
}

type Curve = Series & { readonly kind: 'training' | 'test' };

/** Limits for end labels and legend names; beyond them, none are shown. */
const [maxEnds, maxNames] = [6, 12];

function curvesOf(runs: readonly FigureRun[], axis: XAxis, quantity: Quantity): Curve[] {
  const { ofStep, ofEpoch, ofAverage, scale, exact, format } = quantity;
  const single = runs.length === 1;
  const isUsable = (y: number): boolean => Number.isFinite(y) && (scale === 'log' ? y > 0 : y >= 0);
  return runs.flatMap(({ data, series, colour }): Curve[] => {
    const named = (kind: 'training' | 'test'): Pick<Curve, 'name' | 'colour' | 'kind'> => ({
      name: single ? kind : series,
      colour: single ? (kind === 'test' ? testColour : trainingColour) : colour,
      kind,
    });
    const placed = (found: readonly (readonly [number, number])[]): { x: number[]; y: (number | null)[] } => {
      const known = found.filter(([x]) => Number.isFinite(x));
      return { x: known.map(([x]) => x), y: known.map(([, y]) => (isUsable(y) ? y : null)) };
    };
    const batches = placed(
      evenly(
        data.steps.map((record) => [axis.at(data, record.step), ofStep?.(record) ?? NaN] as const),
        maxLinePoints,
      ),
    );
    const atEpochs = (valueOf: Quantity['ofEpoch']): { x: number[]; y: (number | null)[] } =>
      placed(
        data.epochs.flatMap((epoch) => {
          const value = valueOf?.(epoch);
          return value === undefined ? [] : [[axis.epochEnd(data, epoch.epoch) ?? NaN, value] as const];
        }),
      );
    const [test, averaged] = [atEpochs(ofEpoch), atEpochs(ofAverage)];
    const last = test.y.at(-1) ?? undefined;
    const ends = runs.length <= maxEnds && format && last !== undefined ? { end: format(last) } : {};
    const training: Curve = {
      ...named('training'),
      x: batches.x,
      y: batches.y,
      ...(!exact && { smoothed: smooth(batches.x, batches.y, axis.max / 100) }),
      lineWidth: 1.6,
      ...(!single && { dash: [4, 3] }),
    };
    return [
      ...(batches.y.some((value) => value !== null) ? [training] : []),
      ...(test.y.some((value) => value !== null)
        ? [
            {
              ...named('test'),
              ...test,
              ...ends,
              lineWidth: 2.2,
              ...(test.x.length <= 40 && { marker: { shape: 'circle', radius: 3 } as const }),
            },
          ]
        : []),
      ...(single && averaged.x.length
        ? [{ ...named('test'), ...averaged, name: 'averaged weights', lineWidth: 1.6, dash: [2, 3] }]
        : []),
    ];
  });
}

/** With several runs, colour is the series and dashes mark training; with one run, colour distinguishes the two. */
function legend(curves: readonly Curve[], single: boolean, theme: Theme): LegendEntry[] {
  const kinds = (['training', 'test'] as const).filter((kind) => curves.some((curve) => curve.kind === kind));
  if (single) return kinds.length > 1 ? legendOf(curves, theme) : [];
  const neutral = (kind: 'training' | 'test'): LegendEntry => ({
    name: kind,
    look: { colour: theme.muted, lineWidth: 2, ...(kind === 'training' && { dash: [4, 3] }) },
  });
  const names = new Map(curves.map((curve) => [curve.name, lookOf(curve, theme)]));
  return [
    ...[...names].slice(0, maxNames).map(([name, look]) => ({
      name,
      look: { colour: look.colour, lineWidth: 2.2 },
    })),
    ...(kinds.length > 1 ? kinds.map(neutral) : []),
  ];
}

function curveFigure(
  runs: readonly FigureRun[],
  curves: readonly Curve[],
  axis: XAxis,
  { id, title, yTitle }: Quantity,
  y: LineAxis,
  words: { readonly caption: string; readonly alt: string },
): Figure {
  const single = runs.length === 1;
  const lines: Lines = {
    id,
    title,
    x: { title: axis.title, from: 0, to: axis.max, ticks: 5, whole: axis.max >= 3, grid: false },
    y: { ...y, title: yTitle },
    series: curves,
    description: `${title}. ${words.alt}`,
  };
  return {
    id,
    title,
    ...words,
    panels: [
      {
        id,
        draw: (theme, width) =>
          lineChart(
            lines,
            {
              width,
              height: 210,
              yTitle,
              legend: legend(curves, single, theme),
              legendRows: 1,
              endRoom: 58,
              margins: { right: 8 },
            },
            theme,
          ),
        table: linesTable(lines),
        plain: { mark: 'line', x: axis.title, y: yTitle, colour: 'series' },
      },
    ],
  };
}

const valuesOf = (curves: readonly Curve[]): number[] =>
  curves.flatMap(({ y, smoothed }) => {
    const recorded = y.filter((value) => value !== null);
    if (!smoothed) return recorded;
    recorded.sort((a, b) => a - b);
    const inner = [
      recorded[Math.floor(recorded.length / 100)],
      recorded[Math.ceil(recorded.length * 0.99) - 1],
    ];
    return [...smoothed, ...inner].filter((value) => value !== null && value !== undefined);
  });

/** Ticks far enough apart on a square-root axis. */
const errorTicks = (high: number): number[] =>
  (high > 25
    ? [0, 5, 10, 20, 40, 60, 80, 100]
    : high > 4
      ? [0, 1, 2, 5, 10, 15, 20, 25]
      : [0, 0.1, 0.5, 1, 2, 3, 4]
  ).filter((tick) => tick <= high);

/** Names the data set of the test curve. */
function evaluatedOn(runs: readonly FigureRun[]): string {
  const validated = runs.some(({ data }) => evaluationSet(data.config, data.environment) === 'validation');
  const set = validated ? 'the validation images' : 'the whole test set';
  const once = runs.every(
    ({ data }) => data.epochs.filter(({ evalError }) => evalError !== undefined).length <= 1,
  );
  return `test: ${set} after ${once ? 'the last epoch only' : 'each evaluated epoch'}`;
}

export function errorCurves(runs: readonly FigureRun[]): Figure {
  const axis = xAxisOf(runs);
  const quantity: Quantity = {
    id: 'error',
    title: 'Error',
    yTitle: 'error in %',
    scale: 'sqrt',
    ofStep: ({ error }) => error,
    ofEpoch: ({ evalError }) => evalError,
    ofAverage: ({ emaError }) => emaError,
    format: percent,
  };
  const curves = curvesOf(runs, axis, quantity);
  const high = Math.min(100, Math.max(0, ...valuesOf(curves)) * 1.05) || 1;
  const phrases = runs.flatMap(({ label, summary: { testError } }) =>
    testError === undefined ? [] : [`${runs.length > 1 ? `${label}: ` : ''}${percent(testError)}`],
  );
  return curveFigure(
    runs,
    curves,
    axis,
    quantity,
    { scale: 'sqrt', from: 0, to: high, ticks: errorTicks(high) },
    {
      caption: `Percentage of misclassified images. Training: single batches (faint) and their running mean; ${evaluatedOn(runs)}. The square-root axis spreads small errors. A test curve that rises while the training curve falls indicates overfitting.`,
      alt: `Training and test error in percent over ${axis.title}s.${phrases.length ? ` Last test error: ${phrases.join('; ')}.` : ''}`,
    },
  );
}

export function lossCurves(runs: readonly FigureRun[]): Figure {
  const axis = xAxisOf(runs);
  const quantity: Quantity = {
    id: 'loss',
    title: 'Loss',
    yTitle: 'cross-entropy',
    scale: 'log',
    ofStep: ({ loss }) => loss,
    ofEpoch: ({ evalLoss }) => evalLoss,
    ofAverage: ({ emaLoss }) => emaLoss,
    format: (value) => value.toPrecision(3),
  };
  const curves = curvesOf(runs, axis, quantity);
  const values = valuesOf(curves);
  const [low, high] = values.length ? [Math.min(...values), Math.max(...values)] : [0.1, 1];
  const [from, to] = [low / 1.12, high * 1.12];
  return curveFigure(
    runs,
    curves,
    axis,
    quantity,
    { scale: 'log', from, to, ticks: chooseTicks('log', from, to, 6) },
    {
      caption:
        'Mean cross-entropy of the batches (faint: single batches; line: running mean) and of the test set, on a logarithmic axis. The training loss may exceed the test loss at first: training images are augmented, and the weights change while it is averaged.',
      alt: `Training and test loss over ${axis.title}s, from ${high.toPrecision(3)} down to ${low.toPrecision(3)}.`,
    },
  );
}

export function learningRate(runs: readonly FigureRun[]): Figure {
  const axis = xAxisOf(runs);
  const quantity: Quantity = {
    id: 'learning-rate',
    title: 'Learning rate',
    yTitle: 'learning rate',
    scale: 'linear',
    ofStep: ({ lr }) => lr,
    exact: true,
  };
  const curves = curvesOf(runs, axis, quantity).map((curve): Curve => {
    const colour = runs.length === 1 ? testColour : curve.colour;
    return { ...curve, colour, dash: [], kind: 'test', lineWidth: 2.2 };
  });
  const high = Math.max(0, ...valuesOf(curves));
  return curveFigure(
    runs,
    curves,
    axis,
    quantity,
    { from: 0, to: high * 1.05 || 1 },
    {
      caption:
        'Learning rate of the weights at each step. Where it falls quickly, the error usually falls too; a jump of the loss right after its peak indicates that the peak is too high.',
      alt: `Learning rate over ${axis.title}s, at most ${high.toPrecision(3)}.`,
    },
  );
}
