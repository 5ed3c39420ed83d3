/** Where the page's data come from: the server, or a folder that was exported. The views know no other way. */
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

/** `lost`: what is shown may be old; it is tried again until it works. */
export type Connection = 'live' | 'lost';

export interface StepRange {
  /** At most about so many points. */
  readonly points: number;
  readonly from?: number;
  readonly to?: number;
}

/** Ends what it was given for. */
export type Stop = () => void;

export interface RunListener {
  readonly steps: (event: StepsEvent) => void;
  readonly status: (event: StatusEvent) => void;
  /** The run folder is no longer there; nothing more comes. */
  readonly gone: (message: string) => void;
  /** The stream was lost, and is there again: a run may have been cut back, or made anew, in the meantime. */
  readonly missed: () => void;
}

export interface Actions {
  readonly start: (args: readonly string[]) => Promise<ActionAnswer>;
  readonly stop: (id: string) => Promise<ActionAnswer>;
  readonly resume: (id: string) => Promise<ActionAnswer>;
}

/** Every promise fails with an Error whose message is one line for the reader. */
export interface Source {
  readonly connection: ReadonlySignal<Connection>;
  /** Undefined where nothing can be started or stopped. */
  readonly actions: Actions | undefined;
  readonly list: () => Promise<RunList>;
  readonly run: (id: string) => Promise<RunDetail>;
  readonly steps: (id: string, range: StepRange) => Promise<StepCurves>;
  readonly swaps: (id: string) => Promise<SwapList>;
  readonly weights: (id: string) => Promise<WeightClouds>;
  readonly samples: (id: string) => Promise<SampleList>;
  readonly reproduction: (folder: string) => Promise<Reproduction>;
  /** Of a page in the run folder. */
  readonly file: (id: string, name: 'report.html' | 'analysis.html') => string;
  /** Changes after `revision`; `missed` is called where some may have been lost, and the list has to be read anew. */
  readonly watchList: (revision: number, hear: (event: RowsEvent) => void, missed: () => void) => Stop;
  /** Steps after `after`, and the state, until stopped; it goes on by itself after a loss. */
  readonly watchRun: (id: string, after: number, hear: RunListener) => Stop;
}
