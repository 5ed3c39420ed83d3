/** The JSON messages between server and page about runs. Non-finite numbers are null. */
import type {
  EpochRecord,
  EvaluationSet,
  LiveState,
  PlainRecord,
  RunResult,
  SwapRecord,
  TestSamples,
} from '../../runs/index.ts';

/** A run in the list. */
export interface RunRow {
  /**
   * Path below the runs folder with `/`, such as `fast/cifar10-resnet20-vanilla-s1`; identifies the run in every URL.
   */
  readonly id: string;
  /** Folder name. */
  readonly name: string;
  readonly state: LiveState | 'unknown';
  readonly dataset: string;
  readonly model: string;
  /** With the suffix `-no-reorder` if the order was frozen. */
  readonly scheme: string;
  readonly seed: number | null;
  /**
   * Key into the list's configurations; runs with the same key differ only in seed and machine. Null without a
   * readable config.
   */
  readonly configuration: string | null;
  /** Finished epochs; the planned number is in `plannedEpochs`. */
  readonly epochs: number;
  readonly plannedEpochs: number | null;
  readonly step: number;
  readonly totalSteps: number;
  /** In percent: the final error if there is a result, else that of the last evaluated epoch. */
  readonly testError: number | null;
  /** The set it was measured on; with a validation split, the test set is used only for the result. */
  readonly evaluatedOn: EvaluationSet;
  readonly trainLoss: number | null;
  readonly seconds: number | null;
  readonly imagesPerSecond: number | null;
  readonly swaps: number;
  /** ISO times of the start and of the last heartbeat. */
  readonly started: string | null;
  readonly heartbeat: string | null;
  /** Whether the run has a result. */
  readonly final: boolean;
  /** Whether it ended before its last epoch because its error did not improve. */
  readonly stoppedEarly: boolean;
  /** Whether there is a checkpoint to resume from. */
  readonly resumable: boolean;
  /** Parts that could not be read, one line each. */
  readonly problems: readonly string[];
}

/** A folder with a record of `meanfield reproduce`. */
export interface Grid {
  /** Path below the runs folder, or `rootGrid`. */
  readonly id: string;
  /** Modification time of its results.json in ms. */
  readonly written: number;
}
/** Id of the runs folder if it is a grid itself; no subfolder can have this name. */
export const rootGrid = './';

/** GET api/runs */
export interface RunList {
  /** The runs folder as given by the user. */
  readonly root: string;
  /** Change counter; event streams resume from it. */
  readonly revision: number;
  readonly runs: readonly RunRow[];
  /** Distinct configurations without seed, threads and device. */
  readonly configurations: Readonly<Record<string, PlainRecord>>;
  /** Problems that concern no single run, one line each. */
  readonly problems: readonly string[];
  readonly grids: readonly Grid[];
}

/** Event `rows` of api/events: rows added or changed, and ids of removed runs. */
export interface RowsEvent {
  readonly revision: number;
  /** Whether `changed` is the whole list, because the server does not know the client's revision. */
  readonly whole: boolean;
  readonly changed: readonly RunRow[];
  readonly gone: readonly string[];
  /** The configurations named by `changed`. */
  readonly configurations: Readonly<Record<string, PlainRecord>>;
  /** The problems that the list of runs shows. */
  readonly problems: readonly string[];
  readonly grids: readonly Grid[];
}

/** GET api/runs/:id */
export interface RunDetail {
  readonly row: RunRow;
  readonly config: PlainRecord | null;
  readonly environment: PlainRecord | null;
  readonly epochs: readonly EpochRecord[];
  readonly result: RunResult | null;
  readonly checkpoints: readonly string[];
  /** Changes when a page or checkpoint of the run folder is added or rewritten. */
  readonly stamp: string;
  /** Why a run failed, diverged or stopped early. */
  readonly message: string | null;
  /** Whether there is a report page, an analysis, sample predictions. */
  readonly files: { readonly report: boolean; readonly analysis: boolean; readonly samples: boolean };
  /** Command lines equivalent to the page's buttons, and for evaluating and reporting the run. */
  readonly commands: Readonly<Record<'start' | 'resume' | 'evaluate' | 'report' | 'analyse', string>>;
}

/** Depth coordinates of one stage: [point][particle], null if the scheme has none. */
export interface StageCurves {
  readonly tau: readonly (readonly number[])[] | null;
  readonly tauEnd: readonly (readonly number[])[] | null;
  readonly step: readonly (readonly number[])[] | null;
}

/**
 * GET api/runs/:id/steps?points=N&from=STEP&to=STEP: the steps in columns, one entry per point. A point is a bucket
 * of steps: mean loss and error, minimum and maximum loss, and everything else from its last step.
 */
export interface StepCurves {
  readonly step: readonly number[];
  readonly epoch: readonly number[];
  readonly loss: readonly (number | null)[];
  readonly lossMin: readonly (number | null)[];
  readonly lossMax: readonly (number | null)[];
  readonly error: readonly (number | null)[];
  readonly lr: readonly number[];
  readonly tauLr: readonly (number | null)[];
  readonly imagesPerSecond: readonly (number | null)[];
  readonly seconds: readonly number[];
  readonly stages: Readonly<Record<string, StageCurves>>;
  /** Number of steps in the file; the last one is `lastStep`. */
  readonly total: number;
  readonly lastStep: number;
}

/** GET api/runs/:id/swaps */
export interface SwapList {
  readonly swaps: readonly SwapRecord[];
  /** Total number; beyond a limit, an evenly spaced selection is sent. */
  readonly total: number;
}

/**
 * GET api/runs/:id/weights: the blocks of each stage over all checkpoints, in the plane of the first two principal
 * components of their weights.
 */
export interface WeightClouds {
  readonly stages: Readonly<Record<string, WeightCloud>>;
}
export interface WeightCloud {
  /** Shares of the variance explained by the two components. */
  readonly explained: readonly [number, number];
  readonly points: readonly {
    readonly checkpoint: string;
    readonly step: number;
    /** Index in order of creation. */
    readonly particle: number;
    readonly x: number;
    readonly y: number;
    /** Position in depth; null for schemes without one. */
    readonly tau: number | null;
    /** Index in flow order. */
    readonly place: number;
  }[];
}

/** GET api/runs/:id/samples: `samples.json` of the run folder. Images are PNG data URLs. */
export type SampleList = TestSamples;

/** Event `steps` of api/runs/:id/events: steps after the last one sent; the event id is the last step. */
export interface StepsEvent extends StepCurves {
  /** Continues after this step. Later steps and swaps held by the page are void: the run was truncated and resumed. */
  readonly after: number;
}
/** Event `status` of the same stream. */
export interface StatusEvent {
  readonly row: RunRow;
  /** As in RunDetail; if it differs, the detail must be read again. */
  readonly stamp: string;
  /** All epochs so far. */
  readonly epochs: readonly EpochRecord[];
  /** New swaps after the requested step. */
  readonly swaps: readonly SwapRecord[];
}
/** Event `gone` of the same stream, which then ends: the run folder has been removed. */
export type GoneEvent = ErrorAnswer;

/** POST api/actions/start: arguments of `meanfield train`, such as ["--epochs", "2"]. */
export interface StartRequest {
  readonly arguments: readonly string[];
}
/** POST api/actions/stop and api/actions/resume */
export interface RunRequest {
  readonly id: string;
}
/** Answer of every action. */
export interface ActionAnswer {
  /** The started command line, or the signal sent and its process. */
  readonly command: string;
  readonly pid: number;
  /** Id of the run folder, once known. */
  readonly id: string | null;
}

/** Body of every answer that is not 2xx. */
export interface ErrorAnswer {
  /** One line: the problem, where it is, and what to do. */
  readonly error: string;
}
