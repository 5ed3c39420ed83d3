/** The interface of export formats. */
import type { KeyStyle } from '../models/index.ts';
import type { Trained } from '../train/index.ts';

/** What a format may use. */
export interface ExportRequest {
  readonly run: string;
  readonly trained: Trained;
  /** File, or folder for formats of several files. */
  readonly output: string;
  /** Version of this package. */
  readonly version: string;
  readonly keyStyle?: KeyStyle | undefined;
  readonly foldSteps: boolean;
  readonly normalise: boolean;
}

/** Names of flags that apply to some formats only. */
export type FormatFlag = 'keyStyle' | 'foldSteps' | 'normalise';

export interface Exported {
  /** For the JSON object of --json, beside the run. */
  readonly facts: Readonly<Record<string, string | number | readonly string[]>>;
  /** One line for people. */
  readonly summary: string;
}

/** Writes a trained net for other programs. */
export interface Format {
  readonly flags: readonly FormatFlag[];
  /** @throws UsageError if the format cannot represent the net, FileError if a file cannot be written */
  write(request: ExportRequest): Exported;
}
