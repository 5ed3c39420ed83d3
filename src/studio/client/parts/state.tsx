/** The state of a run: icon, word, and progress if it is running. */
import { formatDuration } from '../../../draw/index.ts';
import type { JSX } from 'preact';
import type { RunRow } from '../../protocol/index.ts';
import { Icon } from './icons.tsx';
import { type RowState, secondsLeft, stateMeaning } from './words.ts';

export function StateMark({ state }: { readonly state: RowState }): JSX.Element {
  return (
    <span class={`state state-${state}`} title={stateMeaning[state]}>
      <Icon name={state} />
      {state}
    </span>
  );
}

/** `epoch 7 of 15, 12 min left` as a thin bar with text. */
export function Progress({ row }: { readonly row: RunRow }): JSX.Element {
  const { epochs, plannedEpochs, step, totalSteps, state, stoppedEarly } = row;
  const share = totalSteps > 0 ? Math.min(step / totalSteps, 1) : 0;
  const left = secondsLeft(row);
  const complete =
    state === 'finished' && (stoppedEarly || plannedEpochs === null || epochs >= plannedEpochs);
  return (
    <span class="progress">
      <span class="progress-words">
        {plannedEpochs === null ? `${epochs}` : `${epochs}\u2009/\u2009${plannedEpochs}`}
        {stoppedEarly && <span class="quiet"> stopped early</span>}
        {left !== undefined && <span class="quiet"> {formatDuration(left)} left</span>}
      </span>
      {!complete && totalSteps > 0 && (
        <span class="progress-bar" aria-hidden="true">
          <span style={{ width: `${(100 * share).toFixed(1)}%` }} />
        </span>
      )}
    </span>
  );
}
