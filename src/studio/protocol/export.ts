/** What an exported folder holds: scripts that hand their data to `globalThis.meanfieldExport`, because a page from disk may read nothing else. */
import type { Reproduction } from '../../runs/index.ts';
import type { RunDetail, RunList, SampleList, StepCurves, SwapList, WeightClouds } from './runs.ts';

/** `data/list.js`: `globalThis.meanfieldExport = {..}` */
export interface ExportedList {
  /** When it was written, as ISO time. */
  readonly written: string;
  readonly list: RunList;
  /** By folder of the grid. */
  readonly reproductions: Readonly<Record<string, Reproduction>>;
  /** The script of each run, by its id. */
  readonly scripts: Readonly<Record<string, string>>;
  /** Of runs of which nothing could be read: the line that says why, by the id. */
  readonly unread: Readonly<Record<string, string>>;
}

/** `data/run-N.js`: `globalThis.meanfieldExport.runs[id] = {..}` */
export interface ExportedRun {
  readonly detail: RunDetail;
  readonly steps: StepCurves;
  readonly swaps: SwapList;
  /** null where a run has none, or it could not be read: that is a problem of its row. */
  readonly weights: WeightClouds | null;
  readonly samples: SampleList | null;
}

/** The global that the scripts write to. */
export interface ExportedData extends ExportedList {
  readonly runs: Record<string, ExportedRun>;
}
