/** What the server and the page say to each other about runs, as JSON. Numbers that are not finite are null on the wire. */
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
  /** Path below the runs folder with `/`, such as `fast/cifar10-resnet20-vanilla-s1`: the name in every address. */
  readonly id: string;
  /** Name of the folder. */
  readonly name: string;
  readonly state: LiveState | 'unknown';
  readonly dataset: string;
  readonly model: string;
  /** With `-no-reorder` where the order was frozen. */
  readonly scheme: string;
  readonly seed: number | null;
  /** Key into the configurations of the list: runs that share it differ by seed and machine alone. Null without a readable config. */
  readonly configuration: string | null;
  /** Finished epochs, and those that are planned. */
  readonly epochs: number;
  readonly plannedEpochs: number | null;
  readonly step: number;
  readonly totalSteps: number;
  /** In percent: final if there is a result, else of the last evaluated epoch. */
  readonly testError: number | null;
  /** What that was measured on: with a validation split the test set is for the result alone. */
  readonly evaluatedOn: EvaluationSet;
  readonly trainLoss: number | null;
  readonly seconds: number | null;
  readonly imagesPerSecond: number | null;
  readonly swaps: number;
  /** ISO times: when the run began, and its last heartbeat. */
  readonly started: string | null;
  readonly heartbeat: string | null;
  /** It has a result. */
  readonly final: boolean;
  /** A checkpoint is there to go on from. */
  readonly resumable: boolean;
  /** What could not be read, one line each. */
  readonly problems: readonly string[];
}

/** A folder with the record of `meanfield reproduce`. */
export interface Grid {
  /** Path below the runs folder, or `rootGrid`. */
  readonly id: string;
  /** Changes when its results.json is written anew: its time in ms. */
  readonly written: number;
}
/** How the runs folder is called where it is a grid itself: no other folder can have this name. */
export const rootGrid = './';

/** GET api/runs */
export interface RunList {
  /** The folder as the user gave it. */
  readonly root: string;
  /** Counts changes; an event stream goes on from it. */
  readonly revision: number;
  readonly runs: readonly RunRow[];
  /** Each distinct configuration once, without seed, threads and device. */
  readonly configurations: Readonly<Record<string, PlainRecord>>;
  /** What could not be read outside the runs, one line each. */
  readonly problems: readonly string[];
  readonly grids: readonly Grid[];
}

/** Event `rows` of api/events: rows that are new or changed since, and ids of those that are gone. */
export interface RowsEvent {
  readonly revision: number;
  /** The server does not know the revision that was asked from: `changed` is the whole list. */
  readonly whole: boolean;
  readonly changed: readonly RunRow[];
  readonly gone: readonly string[];
  /** Those that `changed` names. */
  readonly configurations: Readonly<Record<string, PlainRecord>>;
  /** As in the list. */
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
  /** Changes when a page or a checkpoint of the run folder is new or written anew. */
  readonly stamp: string;
  /** The message of a run that failed or diverged. */
  readonly message: string | null;
  /** A report page, an analysis, sample predictions are there. */
  readonly files: { readonly report: boolean; readonly analysis: boolean; readonly samples: boolean };
  /** Command lines that do what the page's buttons do, and that evaluate and report this run. */
  readonly commands: Readonly<Record<'start' | 'resume' | 'evaluate' | 'report' | 'analyse', string>>;
}

/** Depth coordinates of one stage: [point][particle], null where the scheme has none. */
export interface StageCurves {
  readonly tau: readonly (readonly number[])[] | null;
  readonly tauEnd: readonly (readonly number[])[] | null;
  readonly step: readonly (readonly number[])[] | null;
}

/**
 * GET api/runs/:id/steps?points=N&from=STEP&to=STEP: the steps in columns, one entry a point. A point stands for
 * a bucket of steps: its loss and its error are means, with the least and the largest loss beside them; all else is of its last step.
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
  /** Steps in the file, and the last of them. */
  readonly total: number;
  readonly lastStep: number;
}

/** GET api/runs/:id/swaps */
export interface SwapList {
  readonly swaps: readonly SwapRecord[];
  /** There are so many; of very many only an even choice is sent. */
  readonly total: number;
}

/**
 * GET api/runs/:id/weights: the blocks of each stage in the plane of the first two principal components of their
 * weights, over the checkpoints there are.
 */
export interface WeightClouds {
  readonly stages: Readonly<Record<string, WeightCloud>>;
}
export interface WeightCloud {
  /** Shares of the variance that the two components carry. */
  readonly explained: readonly [number, number];
  readonly points: readonly {
    readonly checkpoint: string;
    readonly step: number;
    /** By creation. */
    readonly particle: number;
    readonly x: number;
    readonly y: number;
    /** Position in depth; null for schemes without one. */
    readonly tau: number | null;
    /** Place in the order of the flow. */
    readonly place: number;
  }[];
}

/** GET api/runs/:id/samples: `samples.json` of the run folder. Images are PNG as data addresses. */
export type SampleList = TestSamples;

/** Event `steps` of api/runs/:id/events: steps after the last one sent; its id is the last step. */
export interface StepsEvent extends StepCurves {
  /** It goes on after this step. What the page has of steps and swaps beyond it is void: the run was cut back and resumed. */
  readonly after: number;
}
/** Event `status` of the same stream. */
export interface StatusEvent {
  readonly row: RunRow;
  /** As in the detail: where it is another one, there is more to read. */
  readonly stamp: string;
  /** All there are. */
  readonly epochs: readonly EpochRecord[];
  /** Those that were not sent before, after the step that was asked from. */
  readonly swaps: readonly SwapRecord[];
}
/** Event `gone` of the same stream, after which it ends: the run folder is no longer there. */
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
  /** The command line that was started, or what was sent to which process. */
  readonly command: string;
  readonly pid: number;
  /** Of the run folder, once it is known. */
  readonly id: string | null;
}

/** Body of every answer that is not 2xx. */
export interface ErrorAnswer {
  /** One line: what was wrong, where, what to do. */
  readonly error: string;
}
