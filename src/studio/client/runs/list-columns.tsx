/** The columns of the list; a line is a run, or a configuration with its runs. */
import {
  formatCount,
  formatDate,
  formatDuration,
  formatNumber,
  formatShort,
  missing,
} from '../../../draw/index.ts';
import type { JSX } from 'preact';
import type { Column } from '../parts/grid.tsx';
import { Icon } from '../parts/icons.tsx';
import { Progress, StateMark } from '../parts/state.tsx';
import { ago, count, folderOf, type RowState, withError } from '../parts/words.ts';
import type { RunRow } from '../../protocol/index.ts';
import { runHref } from '../routes.ts';
import { type Group, meanOf } from './configurations.ts';

export type Line =
  | { readonly kind: 'run'; readonly row: RunRow; readonly label: string; readonly inside: boolean }
  | { readonly kind: 'group'; readonly group: Group; readonly label: string; readonly open: boolean };

export const lineKey = (line: Line): string =>
  line.kind === 'run' ? `run ${line.row.id}` : `group ${line.group.key}`;
export const rowsOf = (line: Line): readonly RunRow[] => (line.kind === 'run' ? [line.row] : line.group.rows);

interface LineActions {
  readonly isSelected: (line: Line) => boolean;
  readonly toggle: (line: Line) => void;
  readonly fold: (key: string) => void;
  readonly now: number;
  /** Whether lines are configurations with their runs. */
  readonly grouped: boolean;
}

const pick =
  (run: (row: RunRow) => JSX.Element | string, group: (group: Group) => JSX.Element | string = () => '') =>
  (line: Line): JSX.Element | string =>
    line.kind === 'run' ? run(line.row) : group(line.group);

/** Marks a value measured during training when there is no result. */
const interimValue = (row: RunRow, text: string, what: string): JSX.Element | string =>
  row.final || text === missing ? (
    text
  ) : (
    <span class="quiet" title={what}>
      {text}
    </span>
  );

/** A number followed by `%`, shown where columns have no titles. */
const percent = (content: JSX.Element | string): JSX.Element | string =>
  content === missing ? (
    missing
  ) : (
    <>
      {content}
      <span class="unit"> %</span>
    </>
  );

function states({ rows }: Group): JSX.Element {
  const counts = new Map<RowState, number>();
  for (const { state } of rows) counts.set(state, (counts.get(state) ?? 0) + 1);
  const [only] = counts.size === 1 ? [...counts.keys()] : [];
  if (only) return <StateMark state={only} />;
  return (
    <span class="states">
      {[...counts].map(([state, number]) => (
        <span key={state} class={`state state-${state}`} title={`${number} ${state}`}>
          <Icon name={state} />
          {number}
        </span>
      ))}
    </span>
  );
}

function seeds({ rows }: Group): string {
  const all = [...new Set(rows.flatMap(({ seed }) => seed ?? []))].sort((a, b) => a - b);
  const [first, last] = [all[0], all.at(-1)];
  if (first === undefined || last === undefined) return missing;
  if (all.length > 2 && last - first === all.length - 1) return `${first}–${last}`;
  return all.length > 4 ? `${all.length}` : all.join(', ');
}

/** Characters kept at the end of a name: ends distinguish runs, so the middle is elided. */
const tailLength = 18;

/** Planned epochs, which are part of a configuration. */
const epochsOf = ({ rows: [first] }: Group): string => String(first?.plannedEpochs ?? missing);

function Name({
  line,
  fold,
  named,
}: {
  readonly line: Line;
  readonly fold: LineActions['fold'];
  /** Whether the name shows net and data, because no column does. */
  readonly named: boolean;
}): JSX.Element {
  if (line.kind === 'run')
    return (
      <a
        class={line.inside ? 'name inside' : 'name'}
        href={runHref(line.row.id)}
        tabIndex={-1}
        title={line.row.id}
      >
        <span class="name-head">
          <span class="quiet">{folderOf(line.row)}</span>
          {line.row.name.slice(0, -tailLength)}
        </span>
        <span class="name-tail">{line.row.name.slice(-tailLength)}</span>
        {line.row.problems.length > 0 && (
          <span class="has-problems" title={line.row.problems.join('\n')}>
            <Icon name="failed" />
            <span class="hidden">{count(line.row.problems.length, 'problem')}</span>
          </span>
        )}
      </a>
    );
  const [first] = line.group.rows;
  return (
    <button
      type="button"
      class="fold"
      tabIndex={-1}
      aria-expanded={line.open}
      onClick={() => {
        fold(line.group.key);
      }}
    >
      <Icon name={line.open ? 'down' : 'right'} />
      <span class="name">
        {first?.scheme ?? 'unknown'}
        {line.label && <span class="setting">{line.label}</span>}
      </span>
      <span class="quiet">
        {' '}
        {named && first && `${first.model}, ${first.dataset}, `}
        {count(line.group.rows.length, 'run')}
      </span>
    </button>
  );
}

const all = (
  { isSelected, toggle, fold, now, grouped }: LineActions,
  netColumn: boolean,
): readonly Column<Line>[] => [
  {
    key: 'select',
    title: '(select)',
    width: '26px',
    cell: (line) => (
      <label class="check">
        <input
          type="checkbox"
          tabIndex={-1}
          checked={isSelected(line)}
          aria-label={`Select ${line.kind === 'run' ? line.row.name : `the runs of ${line.label || line.group.key}`}`}
          onChange={() => {
            toggle(line);
          }}
        />
      </label>
    ),
  },
  {
    key: 'state',
    title: 'State',
    width: '92px',
    sortable: true,
    cell: pick((row) => <StateMark state={row.state} />, states),
  },
  {
    key: 'name',
    title: 'Run',
    width: 'minmax(250px, 2.4fr)',
    sortable: true,
    cell: (line) => <Name line={line} fold={fold} named={!netColumn} />,
  },
  {
    key: 'model',
    title: 'Model, data',
    width: 'minmax(140px, 0.8fr)',
    sortable: true,
    cell: (line) => {
      const row = rowsOf(line)[0];
      return row ? (
        <>
          {row.model} <span class="quiet">{row.dataset}</span>
        </>
      ) : (
        ''
      );
    },
  },
  {
    key: 'scheme',
    title: 'Scheme',
    width: 'minmax(140px, 1.1fr)',
    sortable: true,
    cell: (line) => (
      <>
        {rowsOf(line)[0]?.scheme}
        {line.label && <span class="setting">{line.label}</span>}
      </>
    ),
  },
  {
    key: 'seed',
    title: 'Seed',
    width: '40px',
    numeric: true,
    sortable: true,
    cell: pick((row) => String(row.seed ?? missing), seeds),
  },
  {
    key: 'progress',
    title: 'Epochs',
    width: '118px',
    sortable: true,
    cell: pick((row) => <Progress row={row} />, epochsOf),
  },
  {
    key: 'error',
    title: 'Error %',
    hint: 'Test error in percent of the final result, or of the last evaluated epoch (grey), or validation error if there is a validation split. Groups: mean over finished runs ± standard error',
    width: grouped ? '108px' : '64px',
    numeric: true,
    sortable: true,
    cell: pick(
      (row) =>
        percent(
          interimValue(
            row,
            formatNumber(row.testError),
            `${row.evaluatedOn} error of the last evaluated epoch`,
          ),
        ),
      ({ error }) => percent(error ? withError(error.mean, error.standardError) : missing),
    ),
  },
  {
    key: 'loss',
    title: 'Loss',
    hint: 'Mean training loss of the last epoch',
    width: grouped ? '112px' : '56px',
    numeric: true,
    sortable: true,
    cell: pick(
      (row) => interimValue(row, formatNumber(row.trainLoss, 3), 'of the last epoch'),
      ({ loss }) => (loss ? withError(loss.mean, loss.standardError, 3) : missing),
    ),
  },
  {
    key: 'speed',
    title: 'Images/s',
    width: '60px',
    numeric: true,
    sortable: true,
    cell: pick((row) =>
      row.imagesPerSecond === null ? missing : formatShort(Math.round(row.imagesPerSecond)),
    ),
  },
  {
    key: 'swaps',
    title: 'Swaps',
    hint: 'Number of changes of the order of the blocks',
    width: '44px',
    numeric: true,
    sortable: true,
    cell: pick((row) => formatCount(row.swaps)),
  },
  {
    key: 'time',
    title: 'Time',
    width: '84px',
    numeric: true,
    sortable: true,
    cell: pick(
      (row) => formatDuration(row.seconds),
      ({ rows }) =>
        formatDuration(meanOf(rows.filter(({ final }) => final).map(({ seconds }) => seconds))?.mean),
    ),
  },
  {
    key: 'started',
    title: 'Started',
    width: '84px',
    numeric: true,
    sortable: true,
    cell: pick((row) => (
      <time dateTime={row.started ?? ''} title={formatDate(row.started)}>
        {ago(row.started, now)}
      </time>
    )),
  },
];

const kept = {
  wide: undefined,
  medium: new Set(['select', 'state', 'name', 'scheme', 'seed', 'progress', 'error', 'started']),
  narrow: new Set(['select', 'state', 'name', 'scheme', 'progress', 'error']),
};

/** Columns that group rows leave empty: their value differs within the group or is part of its name. */
const withoutGroups = new Set(['scheme', 'speed', 'swaps', 'started']);

/** The columns that fit the window. */
export function listColumns(actions: LineActions, tier: keyof typeof kept): readonly Column<Line>[] {
  const columns = kept[tier];
  return all(actions, columns?.has('model') ?? true).filter(
    ({ key }) => (columns?.has(key) ?? true) && !(actions.grouped && withoutGroups.has(key)),
  );
}
