/** The page of one run: header, state, actions and tabs. */
import {
  formatCount,
  formatDate,
  formatDuration,
  formatNumber,
  formatShort,
  missing,
} from '../../../draw/index.ts';
import { computed } from '@preact/signals';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { ActionAnswer, RunDetail } from '../../protocol/index.ts';
import { DepthTab } from '../depth/depth-tab.tsx';
import { place } from '../location.ts';
import { CommandLine } from '../parts/command-line.tsx';
import { Button } from '../parts/controls.tsx';
import { messageOf } from '../parts/loaded.ts';
import { Failure, Problems, Waiting } from '../parts/notes.tsx';
import { StateMark } from '../parts/state.tsx';
import { count, folderOf, secondsLeft } from '../parts/words.ts';
import { hrefTo, runHref, type RunTab, runTabs } from '../routes.ts';
import { source } from '../store.ts';
import '../styles/charts.css';
import '../styles/run.css';
import { CurvesTab } from './curves-tab.tsx';
import { PredictionsTab } from './predictions-tab.tsx';
import { type FollowedData, useRun } from './run-data.ts';
import { SettingsTab } from './settings-tab.tsx';
import { WeightsTab } from './weights-tab.tsx';

const runId = computed(() => place.value.path[1] ?? '');
const tab = computed((): RunTab => runTabs.find((name) => name === place.value.path[2]) ?? 'curves');

const tabs: Readonly<
  Record<
    RunTab,
    { readonly title: string; readonly view: (props: { readonly run: FollowedData }) => JSX.Element | null }
  >
> = {
  curves: { title: 'Curves', view: CurvesTab },
  depth: { title: 'Depth', view: DepthTab },
  weights: { title: 'Weights', view: WeightsTab },
  predictions: { title: 'Predictions', view: PredictionsTab },
  settings: { title: 'Settings', view: SettingsTab },
};

/** Query parameters kept when switching tabs: the position in time. */
const shared = (): Record<string, string | undefined> => {
  const { at, from, to, smooth } = place.value.query;
  return { at, from, to, smooth };
};

export function RunPage(): JSX.Element {
  return <Shown key={runId.value} id={runId.value} />;
}

function Shown({ id }: { readonly id: string }): JSX.Element {
  const run = useRun(id);
  const detail = run.detail.value;
  const failure = run.failure.value;
  if (!detail)
    return failure ? (
      <>
        <h1>{id}</h1>
        <Failure text={failure} />
        <p>
          <a href={hrefTo([])}>All runs</a>
        </p>
      </>
    ) : (
      <Waiting what="the run" />
    );
  const { title, view: View } = tabs[tab.value];
  return (
    <article class={`run-page state-of-${detail.row.state}`}>
      <RunHead detail={detail} gone={run.gone.value} />
      {failure && <Failure text={failure} />}
      <Tabs id={id} />
      <section aria-label={title} class="tab">
        <h2 class="hidden">{title}</h2>
        <View run={run} />
      </section>
    </article>
  );
}

/** A separate component, because its links change with every cursor move. */
function Tabs({ id }: { readonly id: string }): JSX.Element {
  return (
    <nav class="tabs" aria-label="Views of the run">
      {runTabs.map((name) => (
        <a
          key={name}
          href={runHref(id, name, shared())}
          aria-current={name === tab.value ? 'page' : undefined}
        >
          {tabs[name].title}
        </a>
      ))}
    </nav>
  );
}

function RunHead({ detail, gone }: { readonly detail: RunDetail; readonly gone: boolean }): JSX.Element {
  const { row, files, message } = detail;
  return (
    <header class="run-head">
      <p class="crumbs">
        <a href={hrefTo([])}>Runs</a>
        {folderOf(row) && (
          <>
            {' '}
            /{' '}
            <a href={hrefTo([], { q: `folder:"${folderOf(row).slice(0, -1)}"` })}>
              {folderOf(row).slice(0, -1)}
            </a>
          </>
        )}
      </p>
      <div class="run-title">
        <h1>{row.name}</h1>
        <StateMark state={row.state} />
        <span class="quiet" role="status">
          {standing(detail)}
        </span>
        <span class="run-links">
          {files.report && (
            <a href={source().file(row.id, 'report.html')} target="_blank" rel="noopener">
              Report
            </a>
          )}
          {files.analysis && (
            <a href={source().file(row.id, 'analysis.html')} target="_blank" rel="noopener">
              Analysis
            </a>
          )}
          <a href={hrefTo([], { q: `model:${row.model} data:${row.dataset}`, sel: row.id })}>
            Compare with …
          </a>
        </span>
      </div>
      {message && (
        <p class="note">
          <span>{message}</span>
        </p>
      )}
      <Problems title="Some files of this run could not be read" lines={row.problems} />
      <Facts detail={detail} />
      {!gone && <RunActions detail={detail} />}
    </header>
  );
}

/** `epoch 7 of 15, 12 min left` */
function standing({ row }: RunDetail): string {
  const { epochs, plannedEpochs, state, step, totalSteps, stoppedEarly } = row;
  const left = secondsLeft(row);
  if (state === 'finished')
    return `${count(epochs, 'epoch')} in ${formatDuration(row.seconds)}${stoppedEarly ? ', stopped early' : ''}`;
  const where =
    plannedEpochs === null
      ? `step ${formatCount(step)}`
      : `epoch ${Math.min(epochs + 1, plannedEpochs)} of ${plannedEpochs}`;
  const share = totalSteps > 0 ? `, ${Math.floor((100 * step) / totalSteps)} %` : '';
  return `${where}${share}${left === undefined ? '' : `, ${formatDuration(left)} left`}`;
}

function Facts({ detail: { row, result } }: { readonly detail: RunDetail }): JSX.Element {
  const facts: readonly (readonly [string, string, (string | undefined)?])[] = [
    [
      `${row.evaluatedOn === 'validation' ? 'Validation' : 'Test'} error`,
      row.testError === null ? missing : `${formatNumber(row.testError)} %`,
      row.final ? undefined : 'of the last evaluated epoch',
    ],
    ['Training loss', formatNumber(row.trainLoss, 4)],
    ['Model', row.model],
    ['Data', row.dataset],
    ['Scheme', row.scheme],
    ['Seed', String(row.seed ?? missing)],
    ['Images/s', row.imagesPerSecond === null ? missing : formatShort(Math.round(row.imagesPerSecond))],
    ['Swaps', formatCount(row.swaps)],
    ...(result ? ([['Parameters', formatCount(result.parameters)]] as const) : []),
    ['Started', formatDate(row.started)],
  ];
  return (
    <dl class="facts">
      {facts.map(([name, value, hint]) => (
        <div key={name} title={hint}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function RunActions({ detail: { row, commands } }: { readonly detail: RunDetail }): JSX.Element | null {
  const [busy, setBusy] = useState(false);
  const [outcome, setOutcome] = useState<
    { readonly good: boolean; readonly text: string; readonly state: string } | undefined
  >(undefined);
  const { actions } = source();
  if (!actions) return null;
  // The outcome is dropped once the run has moved on to another state.
  const [asked, setAsked] = useState(row.state);
  const current = outcome && (row.state === outcome.state || row.state === asked) ? outcome : undefined;
  const act = (
    what: (id: string) => Promise<ActionAnswer>,
    words: string,
    expected: RunDetail['row']['state'],
  ): void => {
    setAsked(row.state);
    setBusy(true);
    setOutcome(undefined);
    what(row.id)
      .then(
        (answer) => {
          setOutcome({
            good: true,
            text: `${words}: ${answer.command} (process ${answer.pid})`,
            state: expected,
          });
        },
        (error: unknown) => {
          setOutcome({ good: false, text: messageOf(error), state: row.state });
        },
      )
      .finally(() => {
        setBusy(false);
      });
  };
  const running = row.state === 'running';
  if (!running && !row.resumable && !current) return null;
  return (
    <div class="run-actions">
      {running && (
        <Button
          icon="stopped"
          disabled={busy}
          onClick={() => {
            act(actions.stop, 'Stop requested', 'running');
          }}
        >
          Stop
        </Button>
      )}
      {running && !current && (
        <span class="quiet">Finishes the current step and saves a checkpoint; can be resumed later</span>
      )}
      {!running && row.resumable && (
        <>
          <Button
            icon="play"
            disabled={busy}
            onClick={() => {
              act(actions.resume, 'Started', 'running');
            }}
            title="Resume from the last checkpoint"
          >
            Resume
          </Button>
          <CommandLine text={commands.resume} label="command line that resumes the run" />
        </>
      )}
      {current &&
        (current.good ? (
          <p class="quiet" role="status">
            {current.text}
          </p>
        ) : (
          <Failure text={current.text} />
        ))}
    </div>
  );
}
