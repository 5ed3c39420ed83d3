/** Runs `meanfield export`. */
import { UsageError } from '../errors.ts';
import {
  checkOutput,
  type FormatFlag,
  type FormatName,
  formatNames,
  formatOf,
  formats,
} from '../export/index.ts';
import { parseKeyStyle } from '../models/index.ts';
import { loadTrained } from '../train/index.ts';
import { say } from './output.ts';
import { visible } from './terminal.ts';
import { packageVersion } from './version.ts';

export interface ExportFlags {
  output: string;
  to?: FormatName;
  checkpoint: string;
  ema?: boolean;
  keyStyle?: string;
  foldSteps: boolean;
  normalise?: boolean;
  json?: boolean;
}

/** The flags of single formats, as typed. */
const typed: Readonly<Record<FormatFlag, string>> = {
  keyStyle: '--key-style',
  foldSteps: '--no-fold-steps',
  normalise: '--normalise',
};

/**
 * @returns the JSON object of --json
 * @throws UsageError for flags that do not fit the net or the format, FileError if a file cannot be read or written
 */
export function exportRun(run: string, flags: ExportFlags): Record<string, unknown> {
  const { output, checkpoint, ema, foldSteps, normalise = false } = flags;
  const keyStyle = flags.keyStyle === undefined ? undefined : parseKeyStyle(flags.keyStyle);
  const name = formatOf(output, flags.to);
  checkFlags(name, { keyStyle: keyStyle !== undefined, foldSteps: !foldSteps, normalise });
  checkOutput(output, name);
  const trained = loadTrained(run, checkpoint, { ema });
  const request = { run, trained, output, version: packageVersion(), keyStyle, foldSteps, normalise };
  const { facts, summary } = formats[name].write(request);
  say(visible(summary));
  return { run, ...facts };
}

/** @throws UsageError for a flag that has no effect on this format */
function checkFlags(name: FormatName, given: Readonly<Record<FormatFlag, boolean>>): void {
  for (const flag of Object.keys(given) as FormatFlag[]) {
    if (!given[flag] || formats[name].flags.includes(flag)) continue;
    const others = formatNames.filter((one) => formats[one].flags.includes(flag));
    throw new UsageError(`${typed[flag]} applies to --to ${others.join(', ')}, not to --to ${name}`);
  }
}
