/** All runs: filter, sort, group by configuration, select to compare. */
import { computed, signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { pathArgument } from '../../../command-line.ts';
import type { RunRow } from '../../protocol/index.ts';
import { amend, go, place } from '../location.ts';
import { CommandLine } from '../parts/command-line.tsx';
import { Button, Menu, Segments } from '../parts/controls.tsx';
import { Grid } from '../parts/grid.tsx';
import { tier } from '../parts/media.ts';
import { Empty, Failure, Problems, Waiting } from '../parts/notes.tsx';
import { tableItems, type Table } from '../parts/save.ts';
import { count } from '../parts/words.ts';
import { programLine } from '../program.ts';
import { compareHref, readList, runHref, writeList } from '../routes.ts';
import { rowList, runs, runsFailure, useRuns } from '../store.ts';
import { configurationLabels, groupRows } from './configurations.ts';
import { parseFilter, unknownKeys } from './filter.ts';
import { type Line, lineKey, listColumns, rowsOf } from './list-columns.tsx';
import { nextSort, parseSort, sortGroups, sortKeys, sortRows, writeSort } from './order.ts';

const query = computed(() => place.value.query);
const sort = computed(() => parseSort(query.value.sort));
const filterText = computed(() => query.value.q ?? '');
const grouped = computed(() => query.value.group === 'configuration');
const selected = computed(() => new Set(readList(query.value.sel)));
const open = computed(() => new Set(readList(query.value.open)));
/** The current time, updated every minute for relative times. */
const now = signal(Date.now());

const labels = computed(() => configurationLabels(runs.value?.configurations ?? {}));
const found = computed((): readonly RunRow[] => {
  const configurations = runs.value?.configurations ?? {};
  const test = parseFilter(filterText.value, ({ configuration }) =>
    configuration === null ? undefined : configurations[configuration],
  );
  return sortRows(filterText.value ? rowList.value.filter(test) : rowList.value, sort.value);
});
const unknown = computed(() =>
  unknownKeys(filterText.value, Object.values(runs.value?.configurations ?? {})),
);
const lines = computed((): readonly Line[] => {
  const labelOf = (key: string | null): string => (key === null ? '' : (labels.value.get(key) ?? ''));
  const line = (row: RunRow, inside: boolean): Line => ({
    kind: 'run',
    row,
    inside,
    label: labelOf(row.configuration),
  });
  if (!grouped.value) return found.value.map((row) => line(row, false));
  return sortGroups(groupRows(found.value), sort.value).flatMap((group): Line[] => {
    const isOpen = open.value.has(group.key);
    return [
      { kind: 'group', group, label: labelOf(group.key), open: isOpen },
      ...(isOpen ? group.rows.map((row) => line(row, true)) : []),
    ];
  });
});

const isSelected = (line: Line): boolean => rowsOf(line).every(({ id }) => selected.value.has(id));
function toggle(line: Line): void {
  const next = new Set(selected.value);
  const remove = isSelected(line);
  for (const { id } of rowsOf(line))
    if (remove) next.delete(id);
    else next.add(id);
  amend({ sel: writeList([...next]) });
}
function fold(key: string): void {
  const next = new Set(open.value);
  if (!next.delete(key)) next.add(key);
  amend({ open: writeList([...next]) });
}
const openLine = (line: Line): void => {
  if (line.kind === 'run') go(runHref(line.row.id));
  else fold(line.group.key);
};

function table(): Table {
  const header = [
    'id',
    'state',
    'dataset',
    'model',
    'scheme',
    'setting',
    'seed',
    'epochs',
    'planned_epochs',
    'step',
    'total_steps',
    'test_error',
    'train_loss',
    'images_per_second',
    'swaps',
    'seconds',
    'started',
    'final',
  ];
  return {
    header,
    rows: found.value.map((row) => [
      row.id,
      row.state,
      row.dataset,
      row.model,
      row.scheme,
      row.configuration === null ? '' : labels.value.get(row.configuration),
      row.seed,
      row.epochs,
      row.plannedEpochs,
      row.step,
      row.totalSteps,
      row.testError,
      row.trainLoss,
      row.imagesPerSecond,
      row.swaps,
      row.seconds,
      row.started,
      row.final,
    ]),
  };
}

function Toolbar(): JSX.Element {
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const typing = (event.target as HTMLElement).closest('input, select, textarea, dialog');
      if (event.key !== '/' || event.ctrlKey || event.metaKey || typing) return;
      event.preventDefault();
      box.current?.focus();
    };
    window.addEventListener('keydown', onKey);
    return () => {
      window.removeEventListener('keydown', onKey);
    };
  }, []);
  return (
    <div class="toolbar" role="search">
      <label class="filter">
        <span class="hidden">Filter runs</span>
        <input
          ref={box}
          type="search"
          placeholder="Filter: resnet20 scheme:mean-field state:running error<12"
          spellcheck={false}
          autocomplete="off"
          value={filterText.value}
          onInput={(event) => {
            amend({ q: event.currentTarget.value });
          }}
        />
      </label>
      <Segments
        label="Group"
        options={[
          ['', 'Runs'],
          ['configuration', 'By configuration'],
        ]}
        value={grouped.value ? 'configuration' : ''}
        onChange={(group) => {
          amend({ group });
        }}
      />
      {tier.value !== 'wide' && (
        <label class="pick">
          <span class="only-wide">Sort by</span>
          <select
            aria-label="Sort by"
            value={writeSort(sort.value)}
            onChange={(event) => {
              amend({ sort: event.currentTarget.value });
            }}
          >
            {sortKeys.flatMap((key) => [
              <option key={key} value={key}>
                {key}, ascending
              </option>,
              <option key={`-${key}`} value={`-${key}`}>
                {key}, descending
              </option>,
            ])}
          </select>
        </label>
      )}
      <Menu label="Save" hiddenLabel="Save the list" icon="save" items={tableItems('runs', table)} />
    </div>
  );
}

function Selection(): JSX.Element | null {
  const ids = [...selected.value];
  if (!ids.length) return null;
  return (
    <div class="selection" role="region" aria-label="Selected runs">
      <span>{count(ids.length, 'run')} selected</span>
      <Button
        look="primary"
        disabled={ids.length < 2}
        onClick={() => {
          go(compareHref(ids));
        }}
      >
        Compare
      </Button>
      <Button
        look="plain"
        onClick={() => {
          amend({ sel: undefined });
        }}
      >
        Clear
      </Button>
    </div>
  );
}

function NoRuns({ root }: { readonly root: string }): JSX.Element {
  return (
    <Empty title={`No runs in ${root} yet`}>
      <p>
        Train a small net on synthetic images. It takes about a minute and appears here as soon as it starts:
      </p>
      <CommandLine
        text={programLine(
          ...['train', '--dataset', 'synthetic-images', '--model', 'resnet20', '--epochs', '3'],
          ...['--output', pathArgument(root)],
        )}
      />
      <p>
        Or <a href="#/start">choose the settings of a run here</a>. The list shows every run that{' '}
        <code>meanfield train</code> or <code>meanfield reproduce</code> writes to <code>{root}</code>.
      </p>
    </Empty>
  );
}

export function ListPage(): JSX.Element {
  useRuns();
  useEffect(() => {
    const timer = setInterval(() => {
      now.value = Date.now();
    }, 30_000);
    return () => {
      clearInterval(timer);
    };
  }, []);
  const listing = runs.value;
  if (!listing) return runsFailure.value ? <Failure text={runsFailure.value} /> : <Waiting what="the runs" />;
  if (!listing.rows.size)
    return (
      <>
        <Problems title="Some files could not be read" lines={listing.problems} />
        <NoRuns root={listing.root} />
      </>
    );
  const [shown, total] = [found.value.length, listing.rows.size];
  const running = rowList.value.filter(({ state }) => state === 'running').length;
  return (
    <div class="list-page">
      <div class="list-head">
        <h1>Runs</h1>
        <p class="quiet" role="status">
          {shown === total ? count(total, 'run') : `${shown} of ${count(total, 'run')}`}
          {running > 0 && `, ${running} running`}
          <span class="only-wide"> in {listing.root}</span>
        </p>
        <Toolbar />
      </div>
      <Problems title="Some files could not be read" lines={listing.problems} />
      {lines.value.length ? (
        <Grid
          label="Runs"
          columns={listColumns(
            { isSelected, toggle, fold, now: now.value, grouped: grouped.value },
            tier.value,
          )}
          rows={lines.value}
          keyOf={lineKey}
          rowHeight={tier.value === 'narrow' ? 72 : 38}
          sort={sort.value}
          onSort={(key) => {
            amend({ sort: writeSort(nextSort(sort.value, key)) });
          }}
          onOpen={openLine}
          isSelected={isSelected}
          onToggle={toggle}
          rowClass={(line) => (line.kind === 'run' ? `line-run line-${line.row.state}` : 'line-group')}
        />
      ) : (
        <Empty title="No matching runs">
          {unknown.value.map((key) => (
            <p key={key}>
              There is no column or setting <code>{key}</code>.
            </p>
          ))}
          <p>
            Words match run names; <code>key:value</code> matches a column or a setting, such as{' '}
            <code>state:crashed</code>, <code>tau-lr-factor:0.1</code> or <code>error&lt;12</code>; a minus
            sign negates a term.
          </p>
          <Button
            onClick={() => {
              amend({ q: undefined });
            }}
          >
            Show all runs
          </Button>
        </Empty>
      )}
      <Selection />
    </div>
  );
}
