/** The talk's table, filled in as runs finish. */
import { sides, talkTablePicture } from '../../../pictures/index.ts';
import { formatNumber, formatValue, sentenceCase } from '../../../draw/index.ts';
import { computed } from '@preact/signals';
import type { JSX } from 'preact';
import { pathArgument } from '../../../command-line.ts';
import {
  armTable,
  comparisonTable,
  gainText,
  meanText,
  pText,
  reproductionTable,
  type Table as TextTable,
} from '../../../report/reproduction/tables.ts';
import { mainArm, type Reproduction, type ReproductionRow } from '../../../runs/reproduction.ts';
import { rootGrid } from '../../protocol/index.ts';
import { ChartCanvas } from '../charts/chart-canvas.tsx';
import { place } from '../location.ts';
import { ChartHead, TableSection } from '../parts/chart-head.tsx';
import { CommandLine } from '../parts/command-line.tsx';
import { useLoaded } from '../parts/loaded.ts';
import { Empty, Failure, Waiting } from '../parts/notes.tsx';
import { pictureItems, tableItems } from '../parts/save.ts';
import { Progress, StateMark } from '../parts/state.tsx';
import { count } from '../parts/words.ts';
import { programLine } from '../program.ts';
import { hrefTo, runHref } from '../routes.ts';
import { rowList, runs, runsFailure, source, useRuns } from '../store.ts';
import { theme } from '../theme.ts';
import '../styles/charts.css';
import '../styles/compare.css';
import { isCell, progressText } from './cells.ts';

const folder = computed(() => place.value.path[1] ?? runs.value?.grids[0]?.id);
const members = computed(() => {
  const start = folder.value === undefined || folder.value === rootGrid ? '' : `${folder.value}/`;
  return rowList.value.filter(({ id }) => id.startsWith(start));
});
/** Changes when the table has been rewritten. */
const written = computed(() => runs.value?.grids.find(({ id }) => id === folder.value)?.written);
/** A minus sign as wide as the plus. */
const withMinus = (text: string): string => text.replace(/-(?=\d)/g, '−');
/** Display name of a grid. */
const nameOf = (id: string): string => (id === rootGrid ? (runs.value?.root ?? id) : id);

export function ReproductionPage(): JSX.Element {
  useRuns();
  if (runsFailure.value && !runs.value) return <Failure text={runsFailure.value} />;
  if (!runs.value) return <Waiting what="the grids" />;
  if (folder.value === undefined)
    return (
      <Empty title="Nothing reproduced yet">
        <p>
          <code>meanfield reproduce</code> trains the networks of the talk with and without the mean-field
          scheme, for several seeds; this table is filled in as the runs finish. List the planned runs and
          their estimated time:
        </p>
        <CommandLine
          text={programLine(
            ...['reproduce', '--preset', 'fast', '--output', pathArgument(`${runs.value.root}/fast`)],
            '--dry-run',
          )}
        />
      </Empty>
    );
  return <Grid key={folder.value} name={folder.value} />;
}

function Grid({ name }: { readonly name: string }): JSX.Element {
  const loaded = useLoaded(() => source().reproduction(name), [name, written.value]);
  const grids = runs.value?.grids ?? [];
  const running = members.value.filter(({ state }) => state === 'running');
  const { value } = loaded;
  const changes = Object.entries(value?.changed ?? {}).map(
    ([key, setting]) => `${key} ${formatValue(setting)}`,
  );
  return (
    <article>
      <header class="page-head">
        <h1>Reproduction</h1>
        {grids.length > 1 ? (
          <nav aria-label="Grids" class="grids">
            {grids.map(({ id }) => (
              <a key={id} href={hrefTo(['reproduction', id])} aria-current={id === name ? 'page' : undefined}>
                {nameOf(id)}
              </a>
            ))}
          </nav>
        ) : (
          <span class="quiet">{nameOf(name)}</span>
        )}
      </header>
      {loaded.state === 'failed' && <Failure text={loaded.error} />}
      {!value && loaded.state === 'waiting' && <Waiting what="the table" />}
      {value && (
        <>
          <p class="quiet recipe">
            Preset {value.preset}: {value.recipe}.{' '}
            {changes.length > 0 && `Changed settings: ${changes.join(', ')}. `}Errors are measured on the{' '}
            {value.measuredOn === 'test' ? 'test set' : 'held-out images'} after the last epoch;{' '}
            {progressText(value)}.
          </p>
          {running.length > 0 && (
            <section class="running-now" aria-labelledby="running-now">
              <h2 id="running-now">Running now</h2>
              <ul>
                {running.map((row) => (
                  <li key={row.id} class="line-running">
                    <StateMark state={row.state} />
                    <a href={runHref(row.id)}>{row.name}</a>
                    <Progress row={row} />
                  </li>
                ))}
              </ul>
            </section>
          )}
          <MainTable reproduction={value} name={name} />
          <div class="compare-tables">
            <Picture reproduction={value} />
            <Text
              title="Paired comparisons"
              id="comparisons"
              table={comparisonTable(value)}
              numeric={3}
              caption="The gain that the pairs can detect at 2 standard errors, the number of pairs needed to detect 0.3 points, and the measured gain."
            />
            <Text
              title="All arms"
              id="arms"
              table={armTable(value)}
              numeric={2}
              caption="Changes of order: steps that changed the order of the blocks of a stage, mean over runs. Reordered at the end: runs whose final order differs from the initial one. Last change: mean epoch."
            />
          </div>
          {value.machines.length > 0 && <p class="caption">Computed on: {value.machines.join('; ')}.</p>}
        </>
      )}
    </article>
  );
}

/** One dot per run of the two schemes: filled when finished, hollow while planned. */
function Dots({
  row,
  scheme,
  planned,
}: {
  readonly row: ReproductionRow;
  readonly scheme: string;
  readonly planned: Reproduction['unfinished'];
}): JSX.Element {
  const done = mainArm(row, scheme)?.runs ?? [];
  const running = members.value.filter(
    (one) =>
      one.state === 'running' &&
      one.model === row.model &&
      one.dataset === row.dataset &&
      isCell(one.name, row, scheme),
  );
  const started = new Set(running.map(({ name }) => name));
  const waiting = planned.filter(({ name }) => isCell(name, row, scheme) && !started.has(name));
  const words = [
    `${count(done.length, 'run')} finished`,
    ...(running.length ? [`${running.length} running`] : []),
    ...(waiting.length ? [`${waiting.length} planned`] : []),
  ].join(', ');
  return (
    <span class="run-dots" role="img" aria-label={words} title={words}>
      {done.map((run) => (
        <i key={run.name} class="done" />
      ))}
      {running.map((run) => (
        <i key={run.id} class="under-way" />
      ))}
      {waiting.map(({ name }) => (
        <i key={name} class="planned" />
      ))}
    </span>
  );
}

function MainTable({
  reproduction,
  name,
}: {
  readonly reproduction: Reproduction;
  readonly name: string;
}): JSX.Element {
  const cell = (row: ReproductionRow, scheme: string): JSX.Element => {
    const main = mainArm(row, scheme);
    const several = !main && row.arms.some((arm) => arm.scheme === scheme);
    return (
      <td class="numeric">
        <Dots row={row} scheme={scheme} planned={reproduction.unfinished} />
        {main ? (
          meanText(main.error).replace(/ \(\d+\)$/, '')
        ) : (
          <span class="quiet">{several ? 'several, below' : 'not run'}</span>
        )}
        {main && main.arm !== scheme && (
          <small class="arm quiet">{main.arm.slice(scheme.length).replace(/^, /, '')}</small>
        )}
      </td>
    );
  };
  return (
    <TableSection
      title="The talk’s table and ours"
      id="talk-table"
      caption={`A gain is the error of vanilla minus that of mean-field, for each seed; an interval that contains 0 does not distinguish the two. One dot per run. ${
        reproduction.rows.some(({ talk }) => talk)
          ? 'With fewer epochs than in the talk, all errors are larger: compare within a row.'
          : 'The talk has no nets of this kind.'
      }`}
      save={tableItems(`reproduction-${name}`, () => reproductionTable(reproduction))}
    >
      <table class="talk-table">
        <thead>
          <tr>
            <th scope="col" rowSpan={2}>
              Network
            </th>
            <th scope="col" rowSpan={2}>
              Data
            </th>
            <th scope="colgroup" colSpan={3} class="numeric span">
              Talk, error in %
            </th>
            <th scope="colgroup" colSpan={4} class="numeric span">
              Here, error in %, mean ± standard error
            </th>
          </tr>
          <tr>
            {['vanilla', 'mean-field', 'Gain', 'vanilla', 'mean-field', 'Gain [95 %]', 'p'].map(
              (title, i) => (
                <th key={i} scope="col" class="numeric">
                  {title}
                </th>
              ),
            )}
          </tr>
        </thead>
        <tbody>
          {reproduction.rows.map((row) => {
            const [vanilla, meanField] = [mainArm(row, 'vanilla'), mainArm(row, 'mean-field')];
            const gain = row.comparisons.find(
              ({ arm, against }) => arm === meanField?.arm && against === vanilla?.arm,
            )?.gain;
            return (
              <tr key={row.id} class={row.arms.length ? '' : 'not-run'}>
                <th scope="row">{row.network}</th>
                <td class="quiet">{row.dataset}</td>
                <td class="numeric">{row.talk ? formatNumber(row.talk.vanilla) : ''}</td>
                <td class="numeric">{row.talk ? formatNumber(row.talk.meanField) : ''}</td>
                <td class="numeric">
                  {row.talk ? `+${formatNumber(row.talk.vanilla - row.talk.meanField)}` : ''}
                </td>
                {cell(row, 'vanilla')}
                {cell(row, 'mean-field')}
                <td class="numeric strong">{gain ? withMinus(gainText(gain)) : ''}</td>
                <td class="numeric">{gain ? pText(gain) : ''}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </TableSection>
  );
}

function Picture({ reproduction }: { readonly reproduction: Reproduction }): JSX.Element {
  const draw = (width: number) => talkTablePicture(reproduction, width, theme.value);
  const words = reproduction.rows
    .filter(({ talk, arms }) => talk ?? arms.length)
    .map(
      (row) =>
        `${row.network}: talk ${row.talk ? `${row.talk.vanilla} and ${row.talk.meanField}` : 'nothing'}, here ${sides.map(({ scheme }) => `${scheme} ${meanText(mainArm(row, scheme)?.error)}`).join(', ')}`,
    )
    .join('; ');
  return (
    <figure class="chart">
      <ChartHead
        title="Side by side"
        level={2}
        save={pictureItems(
          'reproduction',
          () => draw(760),
          () => reproductionTable(reproduction),
        )}
      />
      <p class="legend">
        <span class="quiet">Hollow: talk; filled: here</span>
      </p>
      <div role="img" aria-label={words}>
        <ChartCanvas height={(width) => draw(Math.max(width, 1)).height} draw={draw} />
      </div>
    </figure>
  );
}

function Text({
  title,
  id,
  table,
  numeric,
  caption,
}: {
  readonly title: string;
  readonly id: string;
  readonly table: TextTable;
  /** Index of the first column of numbers. */
  readonly numeric: number;
  readonly caption: string;
}): JSX.Element | null {
  if (!table.rows.length) return null;
  return (
    <TableSection title={title} id={id} caption={caption} save={tableItems(id, () => table)}>
      <table>
        <thead>
          <tr>
            {table.header.map((name, i) => (
              <th key={name} scope="col" class={i >= numeric ? 'numeric' : ''}>
                {sentenceCase(name)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.map((row, i) => (
            <tr key={i}>
              {row.map((text, j) =>
                j === 0 ? (
                  <th key={j} scope="row">
                    {text}
                  </th>
                ) : (
                  <td key={j} class={j >= numeric ? 'numeric' : ''}>
                    {j >= numeric ? withMinus(text) : text}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </TableSection>
  );
}
