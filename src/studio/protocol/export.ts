/**
 * The contents of an exported folder: scripts that assign their data to `globalThis.meanfieldExport`, because a page
 * opened from disk can load nothing else.
 */
import type { Reproduction } from '../../runs/index.ts';
import type { RunDetail, RunList, SampleList, StepCurves, SwapList, WeightClouds } from './runs.ts';

/** `data/list.js`: `globalThis.meanfieldExport = {..}` */
export interface ExportedList {
  /** ISO time of the export. */
  readonly written: string;
  readonly list: RunList;
  /** By grid folder. */
  readonly reproductions: Readonly<Record<string, Reproduction>>;
  /** Script path by run id. */
  readonly scripts: Readonly<Record<string, string>>;
  /** Reason by run id, for runs that could not be read. */
  readonly unread: Readonly<Record<string, string>>;
}

/** `data/run-N.js`: `globalThis.meanfieldExport.runs[id] = {..}` */
export interface ExportedRun {
  readonly detail: RunDetail;
  readonly steps: StepCurves;
  readonly swaps: SwapList;
  /** null if the run has none or they could not be read, which is then listed in the problems of its row. */
  readonly weights: WeightClouds | null;
  readonly samples: SampleList | null;
}

/** The global that the scripts fill. */
export interface ExportedData extends ExportedList {
  readonly runs: Record<string, ExportedRun>;
}
