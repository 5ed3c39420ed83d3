/** Tables of results seed by seed, and of differing settings. */
import {
  formatCount,
  formatDuration,
  formatNumber,
  formatShort,
  formatValue,
  missing,
  seriesColour,
  seriesDash,
} from '../../../draw/index.ts';
import type { JSX } from 'preact';
import type { RunRow } from '../../protocol/index.ts';
import { ChartHead, TableSection } from '../parts/chart-head.tsx';
import { tableItems } from '../parts/save.ts';
import { StateMark } from '../parts/state.tsx';
import { runHref } from '../routes.ts';
import { differing } from '../runs/configurations.ts';
import { cssColour } from '../theme.ts';
import { compareLabels } from './labels.ts';
import { pairedDifferences } from './pairs.ts';
import type { Compared } from './use-compared.ts';

function Swatch({ index }: { readonly index: number }): JSX.Element {
  return (
    <span
      class={seriesDash(index).length ? 'swatch dashed' : 'swatch'}
      style={{ color: cssColour(seriesColour(index)) }}
      aria-hidden="true"
    />
  );
}

export function Results({
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
    <TableSection title="Results" id="results" save={tableItems('compare-results', table)}>
      <table>
        <thead>
          <tr>
            <th scope="col">Run</th>
            <th scope="col">State</th>
            <th scope="col" class="numeric">
              Test error (%)
            </th>
            <th scope="col" class="numeric">
              Training loss
            </th>
            <th scope="col" class="numeric">
              Epochs
            </th>
            <th scope="col" class="numeric">
              Swaps
            </th>
            <th scope="col" class="numeric">
              Images/s
            </th>
            <th scope="col" class="numeric">
              Time
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
              <td class="numeric">{formatNumber(row.testError)}</td>
              <td class="numeric">{formatNumber(row.trainLoss, 4)}</td>
              <td class="numeric">{row.epochs}</td>
              <td class="numeric">{formatCount(row.swaps)}</td>
              <td class="numeric">
                {row.imagesPerSecond === null ? missing : formatShort(Math.round(row.imagesPerSecond))}
              </td>
              <td class="numeric">{formatDuration(row.seconds)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableSection>
  );
}

/** `+0.31`; a minus sign as wide as the plus. */
const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`;

/** Labels of configurations, independent of the seed. */
function armNames(found: readonly Compared[]): (configuration: string) => string {
  const first = new Map(
    found.flatMap((one) => {
      const { configuration } = one.detail.row;
      return configuration === null ? [] : [[configuration, one] as const];
    }),
  );
  const labels = compareLabels(
    [...first.values()].map(({ detail }) => ({ ...detail.row, seed: null })),
    [...first.values()].map(({ detail }) => detail.config ?? undefined),
  );
  const names = new Map([...first.keys()].map((key, i) => [key, labels[i]!.replace(/-s\d+$/, '')]));
  return (configuration) => names.get(configuration) ?? configuration;
}

export function Pairs({
  rows,
  found,
}: {
  readonly rows: readonly RunRow[];
  readonly found: readonly Compared[];
}): JSX.Element | null {
  const pairs = pairedDifferences(
    rows,
    (configuration) =>
      found.find(({ detail }) => detail.row.configuration === configuration)?.detail.config ?? undefined,
  );
  if (!pairs.length) return null;
  const nameOf = armNames(found);
  const table = () => ({
    header: ['configuration', 'against', 'seeds', 'gains', 'mean', 'standard_error', 'low', 'high', 'p'],
    rows: pairs.map((one) => [
      nameOf(one.arm),
      nameOf(one.against),
      one.seeds.join(' '),
      one.gains.join(' '),
      one.gain.mean,
      one.gain.standardError,
      one.gain.interval?.[0],
      one.gain.interval?.[1],
      one.gain.pValue,
    ]),
  });
  return (
    <TableSection
      title="Paired differences"
      id="pairs"
      caption="Gain: test error of the baseline minus that of the configuration, in points, for each seed; positive if the configuration has fewer errors. Only configurations whose seeds draw the same initial weights and batches are paired. Interval and p-value: Student's t; a single pair has neither."
      save={tableItems('paired-differences', table)}
    >
      <table>
        <thead>
          <tr>
            <th scope="col">Configuration</th>
            <th scope="col">Baseline</th>
            <th scope="col">Seeds</th>
            <th scope="col" class="numeric">
              Gain per seed
            </th>
            <th scope="col" class="numeric">
              Gain [95 %]
            </th>
            <th scope="col" class="numeric">
              p
            </th>
          </tr>
        </thead>
        <tbody>
          {pairs.map(({ arm, against, seeds, gains, gain }) => (
            <tr key={`${arm} ${against}`}>
              <th scope="row">{nameOf(arm)}</th>
              <td>{nameOf(against)}</td>
              <td>{seeds.join(', ')}</td>
              <td class="numeric">{gains.map(signed).join(', ')}</td>
              <td class="numeric">
                {signed(gain.mean)}
                {gain.interval && ` [${signed(gain.interval[0])}, ${signed(gain.interval[1])}]`}
              </td>
              <td class="numeric">
                {gain.pValue === undefined ? '' : gain.pValue < 0.001 ? '< 0.001' : gain.pValue.toFixed(3)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableSection>
  );
}

export function Differences({
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
      <ChartHead
        title="Differing settings"
        level={2}
        id="differences"
        save={tableItems('differences', () => ({
          header: ['setting', ...found.map(({ id }) => id)],
          rows: keys.map((key, i) => [key, ...cells[i]!]),
        }))}
      />
      {keys.length === 0 ? (
        <p class="quiet">
          {found.length > 1
            ? 'None: all configurations are equal.'
            : 'Select a second run to see differences.'}
        </p>
      ) : (
        <div class="scroll" tabIndex={0} role="group" aria-label="Differing settings">
          <table>
            <thead>
              <tr>
                <th scope="col">Setting</th>
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
