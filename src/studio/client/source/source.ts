/** The interface to the page's data: a server or an exported folder. Views use nothing else. */
import type { ReadonlySignal } from '@preact/signals';
import type { Reproduction } from '../../../runs/index.ts';
import type {
  ActionAnswer,
  RowsEvent,
  RunDetail,
  RunList,
  SampleList,
  StatusEvent,
  StepCurves,
  StepsEvent,
  SwapList,
  WeightClouds,
} from '../../protocol/index.ts';

/** `lost`: the data may be stale while the page tries to reconnect. */
export type Connection = 'live' | 'lost';

export interface StepRange {
  /** Approximate upper limit of points. */
  readonly points: number;
  readonly from?: number;
  readonly to?: number;
}

/** Cancels the subscription that returned it. */
export type Stop = () => void;

export interface RunListener {
  readonly steps: (event: StepsEvent) => void;
  readonly status: (event: StatusEvent) => void;
  /** The run folder has been removed; no more events follow. */
  readonly gone: (message: string) => void;
  /** The stream was lost and restored; meanwhile the run may have been truncated or replaced. */
  readonly missed: () => void;
}

export interface Actions {
  readonly start: (args: readonly string[]) => Promise<ActionAnswer>;
  readonly stop: (id: string) => Promise<ActionAnswer>;
  readonly resume: (id: string) => Promise<ActionAnswer>;
}

/** Every promise rejects with an Error with a one-line message for the user. */
export interface Source {
  readonly connection: ReadonlySignal<Connection>;
  /** Undefined if runs cannot be started or stopped. */
  readonly actions: Actions | undefined;
  readonly list: () => Promise<RunList>;
  readonly run: (id: string) => Promise<RunDetail>;
  readonly steps: (id: string, range: StepRange) => Promise<StepCurves>;
  readonly swaps: (id: string) => Promise<SwapList>;
  readonly weights: (id: string) => Promise<WeightClouds>;
  readonly samples: (id: string) => Promise<SampleList>;
  readonly reproduction: (folder: string) => Promise<Reproduction>;
  /** URL of an HTML page in the run folder. */
  readonly file: (id: string, name: 'report.html' | 'analysis.html') => string;
  /**
   * Subscribes to changes after `revision`; `missed` is called when some may have been lost and the list must be read
   * again.
   */
  readonly watchList: (revision: number, onChange: (event: RowsEvent) => void, missed: () => void) => Stop;
  /** Subscribes to steps after `after` and to the state; reconnects by itself. */
  readonly watchRun: (id: string, after: number, listener: RunListener) => Stop;
}
