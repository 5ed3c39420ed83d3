/** The Curves tab: loss, error, learning rate and speed over the steps, with a shared cursor and zoom. */
import { computed, signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { type Colour, formatCount, series as colours } from '../../../draw/index.ts';
import { evaluationSet } from '../../../runs/evaluation-set.ts';
import type { RunDetail, StepCurves } from '../../protocol/index.ts';
import { LineChart } from '../charts/line-chart.tsx';
import { type Series, smooth } from '../../../pictures/index.ts';
import type { ChartLines } from '../charts/lines.ts';
import { describeLines } from '../charts/words.ts';
import { amend, place } from '../location.ts';
import { useLoaded } from '../parts/loaded.ts';
import { Empty, Waiting } from '../parts/notes.tsx';

import { numberOf } from '../routes.ts';
import type { StepRange } from '../source/source.ts';
import { source } from '../store.ts';
import { defaultReach } from './curves.ts';
import { Smoothing } from './smoothing.tsx';
import { stepsPerEpoch } from './steps-per-epoch.ts';
import { curvePoints, type FollowedData } from './run-data.ts';

const query = computed(() => place.value.query);
const pinned = computed(() => numberOf(query.value.at));
const zoom = computed((): readonly [number, number] | undefined => {
  const [from, to] = [numberOf(query.value.from), numberOf(query.value.to)];
  return from !== undefined && to !== undefined && from < to ? [from, to] : undefined;
});
const passing = signal<number | undefined>(undefined);

const [train, test, tau, plain] = [colours[0]!, colours[1]!, colours[2]!, colours[5]!] as readonly [
  Colour,
  Colour,
  Colour,
  Colour,
];

/** Ids of charts with a logarithmic axis, from `log` in the URL. */
const logs = computed(() => new Set((query.value.log ?? '').split(',').filter(Boolean)));
const setLog = (id: string, on: boolean): void => {
  const next = new Set(logs.value);
  if (on) next.add(id);
  else next.delete(id);
  amend({ log: [...next].join(',') });
};

const setCursor = (step: number | undefined, keep: boolean): void => {
  passing.value = keep ? undefined : step;
  if (keep) amend({ at: step === undefined ? undefined : String(step) });
};

/** Beyond this multiple of the smoothing range, weights are negligible: exp(-6) is 0.2 %. */
const cutoff = 6;
/** Limit of points for a small part with its margins. */
const maxZoomPoints = 8000;

function rangeFor([from, to]: readonly [number, number], reach: number): StepRange {
  const [first, last] = [Math.max(0, Math.floor(from - cutoff * reach)), Math.ceil(to + cutoff * reach)];
  const points = Math.round((curvePoints * (last - first)) / Math.max(to - from, 1));
  return { points: Math.min(points, maxZoomPoints), from: first, to: last };
}

export function CurvesTab({ run }: { readonly run: FollowedData }): JSX.Element {
  const [detail, whole] = [run.detail.value, run.curves.value];
  const near = zoom.value;
  const decimated = whole !== undefined && whole.total > whole.step.length;
  const reach = numberOf(query.value.smooth) ?? defaultReach(whole?.lastStep ?? 0);
  // If points are buckets of steps, a zoomed range is read again at a finer resolution, with margins as wide as the
  // smoothing needs, so that a step has the same value at any zoom.
  const closer = useLoaded(
    async () => (near && decimated ? source().steps(run.id, rangeFor(near, reach)) : undefined),
    [run.id, near?.[0], near?.[1], decimated, reach],
  );
  if (!detail || !whole) return <Waiting what="the curves" />;
  if (!whole.step.length)
    return (
      <Empty title="No data yet">
        <p>The curves appear after the first recorded step.</p>
      </Empty>
    );
  return (
    <>
      <Smoothing lastStep={whole.lastStep} reach={reach} />
      <Charts detail={detail} curves={(near && closer.value) ?? whole} whole={whole} reach={reach} />
    </>
  );
}

function Charts({
  detail,
  curves,
  whole,
  reach,
}: {
  readonly detail: RunDetail;
  readonly curves: StepCurves;
  readonly whole: StepCurves;
  readonly reach: number;
}): JSX.Element {
  const perEpoch = stepsPerEpoch(detail);
  const to = whole.lastStep;
  const charts = useMemo(
    () => chartsOf(detail, curves, reach, to),
    [detail.epochs, detail.config, curves, reach, to],
  );
  const cursor = passing.value ?? pinned.value;
  const name = (step: number): string =>
    `step ${formatCount(step)}${perEpoch ? `, epoch ${Math.floor((step - 1) / perEpoch) + 1}` : ''}`;
  return (
    <div class="charts">
      {charts.map((lines) => (
        <LineChart
          key={lines.id}
          lines={{ ...lines, y: { ...lines.y, scale: logs.value.has(lines.id) ? 'log' : 'linear' } }}
          height={lines.id === 'loss' ? 330 : 230}
          cursor={cursor}
          onCursor={setCursor}
          zoom={zoom.value}
          onZoom={(range) => {
            amend({ from: range && String(range[0]), to: range && String(range[1]) });
          }}
          labelOf={name}
          log={logs.value.has(lines.id)}
          onLog={(on) => {
            setLog(lines.id, on);
          }}
        />
      ))}
    </div>
  );
}

/** The charts of a run, starting with the loss. */
function chartsOf(detail: RunDetail, curves: StepCurves, reach: number, to: number): readonly ChartLines[] {
  const { step: x } = curves;
  const perEpoch = stepsPerEpoch(detail);
  const ends = detail.epochs.map(({ epoch }) => (perEpoch ? Math.round((epoch + 1) * perEpoch) : epoch + 1));
  const evaluated = evaluationSet(detail.config, detail.environment);
  const averaged = `${evaluated}, averaged weights`;
  const atEpochs = (
    name: string,
    values: readonly (number | null | undefined)[],
    look: Pick<Series, 'dash'> = {},
  ): Series[] => {
    const there = values.flatMap((value, i) =>
      value === undefined || value === null || !Number.isFinite(value) ? [] : [i],
    );
    return there.length && perEpoch
      ? [
          {
            name,
            colour: test,
            x: there.map((i) => ends[i]!),
            y: there.map((i) => values[i]!),
            marker: { shape: 'circle', radius: 3.5 },
            ...look,
          },
        ]
      : [];
  };
  // Buckets of a single step have no spread.
  const bucketed = curves.lossMin.some((min, i) => min !== curves.loss[i]);
  const smoothed = (values: readonly (number | null)[]): Pick<Series, 'y' | 'smoothed'> =>
    reach > 0 ? { y: values, smoothed: smooth(x, values, reach) } : { y: values };
  const chart = (
    id: string,
    title: string,
    unit: string,
    series: readonly Series[],
    zero = false,
  ): ChartLines => ({
    id,
    title,
    x: { title: 'step', from: 0, to },
    y: { title: unit, zero },
    series,
    description: `${describeLines(series, 'step')}.`,
  });
  return [
    chart('loss', 'Loss', 'cross-entropy', [
      {
        name: 'training',
        colour: train,
        x,
        ...smoothed(curves.loss),
        ...(bucketed && { band: [curves.lossMin, curves.lossMax] as const }),
      },
      ...atEpochs(
        evaluated,
        detail.epochs.map(({ evalLoss }) => evalLoss),
      ),
      ...atEpochs(
        averaged,
        detail.epochs.map(({ emaLoss }) => emaLoss),
        { dash: [5, 4] },
      ),
    ]),
    chart('error', 'Error', 'error in %', [
      { name: 'training', colour: train, x, ...smoothed(curves.error) },
      ...atEpochs(
        evaluated,
        detail.epochs.map(({ evalError }) => evalError),
      ),
      ...atEpochs(
        averaged,
        detail.epochs.map(({ emaError }) => emaError),
        { dash: [5, 4] },
      ),
    ]),
    chart(
      'lr',
      'Learning rate',
      'rate',
      [
        { name: 'weights', colour: plain, x, y: curves.lr },
        ...(curves.tauLr.some((value) => value !== null)
          ? [{ name: 'tau', colour: tau, x, y: curves.tauLr, dash: [5, 4] }]
          : []),
      ],
      true,
    ),
    chart(
      'speed',
      'Images per second',
      'images/s',
      [{ name: 'speed', colour: plain, x, ...smoothed(curves.imagesPerSecond) }],
      true,
    ),
  ];
}
