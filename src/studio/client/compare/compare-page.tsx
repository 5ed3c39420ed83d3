/** Several runs side by side: curves, results, what differs. */
import { computed, signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { formatValue } from '../../../report/format.ts';
import { series as colours } from '../../../report/palette.ts';
import type { RunDetail, RunRow, StepCurves } from '../../protocol/index.ts';
import { LineChart } from '../charts/line-chart.tsx';
import { amend, place } from '../location.ts';
import { Menu, Segments } from '../parts/controls.tsx';
import { messageOf } from '../parts/loaded.ts';
import { Empty, Failure, Waiting } from '../parts/notes.tsx';
import { tableItems } from '../parts/save.ts';
import { StateMark } from '../parts/state.tsx';
import { count, duration, fixed, formatCount, missing, short } from '../parts/words.ts';
import { hrefTo, numberOf, readList, runHref } from '../routes.ts';
import { differing } from '../runs/configurations.ts';
import { reaches, usualReach } from '../runs/curves.ts';
import { runs, source, useRuns } from '../store.ts';
import { cssColour } from '../theme.ts';
import '../styles/charts.css';
import '../styles/compare.css';
import { compareLabels } from './labels.ts';
import { compareLines, type Against, type Quantity } from './lines.ts';
import { pairedDifferences } from './pairs.ts';

export interface Compared {
  readonly id: string;
  readonly detail: RunDetail;
  readonly curves: StepCurves;
}

const query = computed(() => place.value.query);
const ids = computed(() => readList(query.value.runs));
const passing = signal<number | undefined>(undefined);
/** Enough for a line among others. */
const points = 700;
/** Of a run that grows, in ms. */
const readEvery = 4000;

const quantities: readonly (readonly [Quantity, string])[] = [
  ['loss', 'training loss'],
  ['error', 'training error'],
  ['evaluated', 'test error'],
];
const axes: readonly (readonly [Against, string])[] = [
  ['step', 'steps'],
  ['epoch', 'epochs'],
  ['seconds', 'time'],
];

async function read(id: string): Promise<Compared> {
  const [detail, curves] = await Promise.all([source().run(id), source().steps(id, { points })]);
  return { id, detail, curves };
}

/** The runs, read again while they grow; one that fails does not keep back the others. */
function useCompared(wanted: readonly string[]): {
  readonly found: readonly Compared[];
  readonly failures: readonly string[];
  readonly waiting: boolean;
} {
  const [all, setAll] = useState<ReadonlyMap<string, Compared | string>>(new Map());
  const key = wanted.join('\n');
  useEffect(() => {
    let shown = true;
    const take = (id: string): Promise<void> =>
      read(id).then(
        (one) => {
          if (shown) setAll((old) => new Map(old).set(id, one));
        },
        (error: unknown) => {
          if (shown) setAll((old) => new Map(old).set(id, messageOf(error)));
        },
      );
    for (const id of wanted) void take(id);
    let busy = false;
    const timer = setInterval(() => {
      const growing = document.hidden
        ? []
        : wanted.filter((id) => runs.peek()?.rows.get(id)?.state === 'running');
      if (busy || !growing.length) return;
      busy = true;
      void Promise.all(growing.map(take)).finally(() => {
        busy = false;
      });
    }, readEvery);
    return () => {
      shown = false;
      clearInterval(timer);
    };
  }, [key]);
  const found = wanted.flatMap((id) => {
    const one = all.get(id);
    return one && typeof one !== 'string' ? [one] : [];
  });
  const failures = wanted.flatMap((id) => {
    const one = all.get(id);
    return typeof one === 'string' ? [`${id}: ${one}`] : [];
  });
  return { found, failures, waiting: wanted.some((id) => !all.has(id)) };
}

export function ComparePage(): JSX.Element {
  useRuns();
  const { found, failures, waiting } = useCompared(ids.value);
  if (ids.value.length === 0)
    return (
      <Empty title="Nothing to compare">
        <p>
          Select two runs or more in the <a href={hrefTo([])}>list</a>, then “compare”.
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
        <h1>{count(ids.value.length, 'run')} compared</h1>
        <a href={hrefTo([], { sel: query.value.runs })}>change the choice</a>
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
            <Pairs rows={rows} labels={labels} />
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
  usual: T,
): T => options.find(([name]) => name === text)?.[0] ?? usual;

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
  const reach = numberOf(smooth) ?? usualReach(longest);
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
  const values = reaches(longest);
  const zoom =
    numberOf(from) !== undefined && numberOf(to) !== undefined
      ? ([numberOf(from)!, numberOf(to)!] as const)
      : undefined;
  const words = reach > 0 ? `over ${formatCount(reach)} steps` : 'none';
  return (
    <>
      <div class="chart-controls">
        <Segments
          label="quantity"
          options={quantities}
          value={quantity}
          onChange={(next) => {
            amend({ y: next });
          }}
        />
        <Segments
          label="against"
          options={axes}
          value={against}
          onChange={(next) => {
            amend({ x: next, from: undefined, to: undefined, at: undefined });
          }}
        />
        <label class="slider-line">
          <span>smoothing</span>
          <input
            type="range"
            min={0}
            max={values.length - 1}
            step={1}
            value={Math.max(
              values.findLastIndex((value) => value <= reach),
              0,
            )}
            aria-valuetext={words}
            onInput={(event) => {
              amend({ smooth: String(values[Number(event.currentTarget.value)] ?? 0) });
            }}
          />
          <output>{words}</output>
        </label>
      </div>
      <LineChart
        lines={{ ...lines, y: { ...lines.y, log: log === '1' } }}
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
        placeName={(value) =>
          against === 'seconds'
            ? `after ${duration(value)}`
            : against === 'epoch'
              ? `epoch ${fixed(value)}`
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

function Swatch({ index }: { readonly index: number }): JSX.Element {
  return (
    <span class="swatch" style={{ color: cssColour(colours[index % colours.length]!) }} aria-hidden="true" />
  );
}

function Results({
  rows,
  labels,
}: {
  readonly rows: readonly RunRow[];
  readonly labels: readonly string[];
}): JSX.Element {
  const table = () => ({
    header: [
      'run',
      'label',
      'state',
      'test_error',
      'train_loss',
      'epochs',
      'swaps',
      'seconds',
      'images_per_second',
    ],
    rows: rows.map((row, i) => [
      row.id,
      labels[i],
      row.state,
      row.testError,
      row.trainLoss,
      row.epochs,
      row.swaps,
      row.seconds,
      row.imagesPerSecond,
    ]),
  });
  return (
    <section class="chart" aria-labelledby="results">
      <div class="chart-head">
        <h2 id="results">Results</h2>
        <div class="chart-tools">
          <Menu
            label=""
            hiddenLabel="save the results"
            icon="save"
            items={tableItems('compare-results', table)}
          />
        </div>
      </div>
      <div class="scroll" tabIndex={0} role="group" aria-label="results">
        <table>
          <thead>
            <tr>
              <th scope="col">run</th>
              <th scope="col">state</th>
              <th scope="col" class="numeric">
                test error %
              </th>
              <th scope="col" class="numeric">
                training loss
              </th>
              <th scope="col" class="numeric">
                epochs
              </th>
              <th scope="col" class="numeric">
                swaps
              </th>
              <th scope="col" class="numeric">
                images/s
              </th>
              <th scope="col" class="numeric">
                time
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row, i) => (
              <tr key={row.id}>
                <th scope="row">
                  <Swatch index={i} />
                  <a href={runHref(row.id)} title={row.id}>
                    {labels[i]}
                  </a>
                </th>
                <td>
                  <StateMark state={row.state} />
                </td>
                <td class="numeric">{fixed(row.testError)}</td>
                <td class="numeric">{fixed(row.trainLoss, 4)}</td>
                <td class="numeric">{row.epochs}</td>
                <td class="numeric">{formatCount(row.swaps)}</td>
                <td class="numeric">
                  {row.imagesPerSecond === null ? missing : short(Math.round(row.imagesPerSecond))}
                </td>
                <td class="numeric">{duration(row.seconds)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

/** `+0.31`; a minus sign as wide as the plus. */
const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`;

function Pairs({
  rows,
  labels,
}: {
  readonly rows: readonly RunRow[];
  readonly labels: readonly string[];
}): JSX.Element | null {
  const pairs = pairedDifferences(rows);
  if (!pairs.length) return null;
  const nameOf = (configuration: string): string => {
    const i = rows.findIndex((row) => row.configuration === configuration);
    const label = (labels[i] ?? configuration).replace(/,? ?seed \d+$/, '');
    return label === '' ? (rows[i]?.scheme ?? configuration) : label;
  };
  const table = () => ({
    header: ['first', 'second', 'seeds', 'gains', 'mean', 'standard_error', 'low', 'high', 'p'],
    rows: pairs.map((one) => [
      nameOf(one.first),
      nameOf(one.second),
      one.seeds.join(' '),
      one.gains.join(' '),
      one.mean,
      one.standardError,
      one.interval?.[0],
      one.interval?.[1],
      one.pValue,
    ]),
  });
  return (
    <section class="chart" aria-labelledby="pairs">
      <div class="chart-head">
        <h2 id="pairs">Paired differences</h2>
        <div class="chart-tools">
          <Menu
            label=""
            hiddenLabel="save the paired differences"
            icon="save"
            items={tableItems('paired-differences', table)}
          />
        </div>
      </div>
      <div class="scroll" tabIndex={0} role="group" aria-label="paired differences">
        <table>
          <thead>
            <tr>
              <th scope="col">error of</th>
              <th scope="col">minus that of</th>
              <th scope="col">seeds</th>
              <th scope="col" class="numeric">
                each
              </th>
              <th scope="col" class="numeric">
                mean [95 %]
              </th>
              <th scope="col" class="numeric">
                p
              </th>
            </tr>
          </thead>
          <tbody>
            {pairs.map((one) => (
              <tr key={`${one.first} ${one.second}`}>
                <th scope="row">{nameOf(one.first)}</th>
                <td>{nameOf(one.second)}</td>
                <td>{one.seeds.join(', ')}</td>
                <td class="numeric">{one.gains.map(signed).join(', ')}</td>
                <td class="numeric">
                  {signed(one.mean)}
                  {one.interval && ` [${signed(one.interval[0])}, ${signed(one.interval[1])}]`}
                </td>
                <td class="numeric">
                  {one.pValue === undefined ? '' : one.pValue < 0.001 ? '< 0.001' : one.pValue.toFixed(3)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p class="caption">
        In points of test error over the seeds that both have; positive where the second has fewer errors.
        Interval and p after Student; one pair has neither.
      </p>
    </section>
  );
}

function Differences({
  found,
  labels,
}: {
  readonly found: readonly Compared[];
  readonly labels: readonly string[];
}): JSX.Element {
  const configs = found.map(({ detail }) => detail.config ?? {});
  const keys = differing(configs);
  const cells = keys.map((key) => configs.map((config) => formatValue(config[key])));
  return (
    <section class="chart" aria-labelledby="differences">
      <div class="chart-head">
        <h2 id="differences">Settings that differ</h2>
        <div class="chart-tools">
          <Menu
            label=""
            hiddenLabel="save the settings that differ"
            icon="save"
            items={tableItems('differences', () => ({
              header: ['setting', ...found.map(({ id }) => id)],
              rows: keys.map((key, i) => [key, ...cells[i]!]),
            }))}
          />
        </div>
      </div>
      {keys.length === 0 ? (
        <p class="quiet">
          {found.length > 1
            ? 'None: the configurations are the same.'
            : 'One run alone differs from nothing.'}
        </p>
      ) : (
        <div class="scroll" tabIndex={0} role="group" aria-label="settings that differ">
          <table>
            <thead>
              <tr>
                <th scope="col">setting</th>
                {found.map(({ id }, i) => (
                  <th scope="col" key={id} title={id}>
                    <Swatch index={i} />
                    {labels[i]}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {keys.map((key, i) => (
                <tr key={key}>
                  <th scope="row">{key}</th>
                  {found.map(({ id }, j) => (
                    <td key={id}>
                      <code>{cells[i]![j]}</code>
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
