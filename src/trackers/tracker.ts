/** What a tracker takes and makes. */
import type { History } from './history.ts';

export interface TrackerOptions {
  /** Folder of the files. */
  readonly output: string;
}

/** Writes a run for another tool. */
export interface Tracker {
  /** Writes one run. @returns the files. @throws FileError if a file cannot be written */
  write(history: History, options: TrackerOptions): readonly string[];
  /** How to open the result. */
  readonly hint: (options: TrackerOptions) => string;
}
