/** What runs came to, seed by seed, and the settings in which they differ. */
import type { JSX } from 'preact';
import { formatValue } from '../../../report/format.ts';
import { series as colours } from '../../../report/palette.ts';
import type { RunRow } from '../../protocol/index.ts';
import { ChartHead, TableSection } from '../parts/chart-head.tsx';
import { tableItems } from '../parts/save.ts';
import { StateMark } from '../parts/state.tsx';
import { duration, fixed, formatCount, missing, short } from '../parts/words.ts';
import { runHref } from '../routes.ts';
import { differing } from '../runs/configurations.ts';
import { cssColour } from '../theme.ts';
import { pairedDifferences } from './pairs.ts';
import type { Compared } from './use-compared.ts';

function Swatch({ index }: { readonly index: number }): JSX.Element {
  return (
    <span class="swatch" style={{ color: cssColour(colours[index % colours.length]!) }} aria-hidden="true" />
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
    </TableSection>
  );
}

/** `+0.31`; a minus sign as wide as the plus. */
const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`;

export function Pairs({
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
    <TableSection
      title="Paired differences"
      id="pairs"
      caption="In points of test error over the seeds that both have; positive where the second has fewer errors. Interval and p after Student; one pair has neither."
      save={tableItems('paired-differences', table)}
    >
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
        title="Settings that differ"
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
