/** Several runs side by side: curves, results and differing settings. */
import { formatCount, formatDuration, formatNumber } from '../../../draw/index.ts';
import { computed, signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { LineChart } from '../charts/line-chart.tsx';
import { amend, place } from '../location.ts';
import { Segments } from '../parts/controls.tsx';
import { Empty, Failure, Waiting } from '../parts/notes.tsx';
import { count } from '../parts/words.ts';
import { hrefTo, numberOf, readList } from '../routes.ts';
import { defaultReach } from '../runs/curves.ts';
import { Smoothing } from '../runs/smoothing.tsx';
import { runs, useRuns } from '../store.ts';
import '../styles/charts.css';
import '../styles/compare.css';
import { compareLabels } from './labels.ts';
import { type Against, compareLines, type Quantity } from './lines.ts';
import { Differences, Pairs, Results } from './tables.tsx';
import { type Compared, useCompared } from './use-compared.ts';

const query = computed(() => place.value.query);
const ids = computed(() => readList(query.value.runs));
const passing = signal<number | undefined>(undefined);

const quantities: readonly (readonly [Quantity, string])[] = [
  ['loss', 'Training loss'],
  ['error', 'Training error'],
  ['evaluated', 'Test error'],
];
const axes: readonly (readonly [Against, string])[] = [
  ['step', 'Steps'],
  ['epoch', 'Epochs'],
  ['seconds', 'Time'],
];

export function ComparePage(): JSX.Element {
  useRuns();
  const { found, failures, waiting } = useCompared(ids.value);
  if (ids.value.length === 0)
    return (
      <Empty title="Nothing to compare">
        <p>
          Select two or more runs in the <a href={hrefTo([])}>list</a>, then choose “Compare”.
        </p>
      </Empty>
    );
  const rows = found.map(({ id, detail }) => runs.value?.rows.get(id) ?? detail.row);
  const labels = compareLabels(
    rows,
    found.map(({ detail }) => detail.config ?? undefined),
  );
  return (
    <article>
      <header class="page-head">
        <h1>
          {found.length || waiting ? `${count(ids.value.length, 'run')} compared` : 'Nothing to compare'}
        </h1>
        <a href={hrefTo([], { sel: query.value.runs })}>Change selection</a>
      </header>
      {failures.map((failure) => (
        <Failure key={failure} text={failure} />
      ))}
      {waiting && <Waiting what="the runs" />}
      {found.length > 0 && (
        <>
          <Chart found={found} labels={labels} />
          <div class="compare-tables">
            <Results rows={rows} labels={labels} />
            <Pairs rows={rows} found={found} />
            <Differences found={found} labels={labels} />
          </div>
        </>
      )}
    </article>
  );
}

const isOf = <T extends string>(
  options: readonly (readonly [T, string])[],
  text: string | undefined,
  defaultValue: T,
): T => options.find(([name]) => name === text)?.[0] ?? defaultValue;

function Chart({
  found,
  labels,
}: {
  readonly found: readonly Compared[];
  readonly labels: readonly string[];
}): JSX.Element {
  const { y, x, smooth, from, to, at, log } = query.value;
  const [quantity, against] = [isOf(quantities, y, 'loss'), isOf(axes, x, 'step')];
  const longest = Math.max(...found.map(({ curves }) => curves.lastStep), 1);
  const reach = numberOf(smooth) ?? defaultReach(longest);
  const names = labels.join('\n');
  const lines = useMemo(
    () => compareLines(found, labels, { quantity, against, reach }),
    [
      found.map(({ curves }) => curves),
      found.map(({ detail }) => detail.row),
      names,
      quantity,
      against,
      reach,
    ].flat(),
  );
  const zoom =
    numberOf(from) !== undefined && numberOf(to) !== undefined
      ? ([numberOf(from)!, numberOf(to)!] as const)
      : undefined;
  return (
    <>
      <div class="chart-controls">
        <Segments
          label="Quantity"
          options={quantities}
          value={quantity}
          onChange={(next) => {
            amend({ y: next });
          }}
        />
        <Segments
          label="Horizontal axis"
          options={axes}
          value={against}
          onChange={(next) => {
            amend({ x: next, from: undefined, to: undefined, at: undefined });
          }}
        />
        <Smoothing lastStep={longest} reach={reach} />
      </div>
      <LineChart
        lines={{ ...lines, y: { ...lines.y, scale: log === '1' ? 'log' : 'linear' } }}
        named
        height={420}
        cursor={passing.value ?? numberOf(at)}
        onCursor={(place, keep) => {
          passing.value = keep ? undefined : place;
          if (keep) amend({ at: place === undefined ? undefined : String(Number(place.toPrecision(8))) });
        }}
        zoom={zoom}
        onZoom={(range) => {
          amend({ from: range && String(range[0]), to: range && String(range[1]) });
        }}
        labelOf={(value) =>
          against === 'seconds'
            ? `after ${formatDuration(value)}`
            : against === 'epoch'
              ? `epoch ${formatNumber(value)}`
              : `step ${formatCount(value)}`
        }
        log={log === '1'}
        onLog={(on) => {
          amend({ log: on ? '1' : undefined });
        }}
      />
    </>
  );
}
