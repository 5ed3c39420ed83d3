/** What a tracker takes and makes. */
import type { History } from './history.ts';

/** Writes a run for another tool. */
export interface Tracker {
  /** The flag that says where to: a folder, or the address of a server. */
  readonly place: 'output' | 'trackingUri';
  /**
   * Writes one run.
   *
   * @param place - folder or address
   * @returns the files, or the address of the run
   * @throws FileError if a file cannot be written, MissingEnvironmentError if no server answers
   */
  write(history: History, place: string): readonly string[] | Promise<readonly string[]>;
  /** How to open the result. */
  readonly hint: (place: string) => string;
}
