/** Runs `meanfield studio` until it is stopped. */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UsageError } from '../errors.ts';
import { runFiles, runFolderOf } from '../runs/index.ts';
import { startStudio } from '../studio/server/index.ts';
import { listenForInterrupt } from '../train/interrupt.ts';
import { openBrowser } from './open-browser.ts';
import { print, printJson, say } from './output.ts';

export interface StudioFlags {
  port?: number;
  open: boolean;
  host: string;
  allowNetwork?: boolean;
  export?: string;
  json?: boolean;
}

const defaultPort = 4646;
/** Maximum number of unreadable files that are listed. */
const maxLines = 10;
/** The same from src/cli and from dist/cli. */
const packageFolder = fileURLToPath(new URL('../../', import.meta.url));

/** @throws UsageError if it is not a folder that can hold run folders */
function checkFolder(runs: string): void {
  if (!existsSync(runs)) return;
  if (!statSync(runs).isDirectory())
    throw new UsageError(`${runs} is a file, not a folder: give the folder that holds your runs`);
  if (existsSync(join(runs, runFiles.status)))
    throw new UsageError(`${runs} is a run folder: give the folder that holds it`);
  const run = runFolderOf(runs);
  if (run !== undefined)
    throw new UsageError(`${runs} is inside the run folder ${run}: give the folder that holds your runs`);
}

/** Serves until a signal arrives. @throws the named errors of starting the server */
export async function runStudio(runs: string, flags: StudioFlags): Promise<void> {
  checkFolder(runs);
  if (flags.export !== undefined) {
    await exportFolder(runs, flags.export, flags.json ?? false);
    return;
  }
  const studio = await startStudio({
    root: runs,
    page: builtPage('page'),
    host: flags.host,
    allowNetwork: flags.allowNetwork ?? false,
    port: flags.port ?? defaultPort,
    orNext: flags.port === undefined,
    onError: (error) => {
      say(`studio: internal: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    },
  });
  const { url, port, token } = studio;
  const ended = signal();
  if (flags.json) printJson({ url, port, token });
  else print(url);
  if (!existsSync(runs))
    say(`studio: ${runs} does not exist yet; runs appear on the page when the first one starts`);
  say(`studio: showing ${runs}; Ctrl-C stops the Studio, not its runs`);
  if (flags.open && !openBrowser(url))
    say('studio: there is no display for a browser; open the address yourself');
  await ended;
  say('studio: stopped');
  await studio.close();
}

const builtPage = (name: 'page' | 'page-export'): string => join(packageFolder, 'dist', name);

/** @throws UsageError for a missing runs folder */
async function exportFolder(runs: string, out: string, json: boolean): Promise<void> {
  if (!existsSync(runs)) throw new UsageError(`${runs} does not exist: give the folder that holds your runs`);
  const { exportStudio } = await import('../studio/server/export.ts');
  const done = await exportStudio({
    root: runs,
    page: builtPage('page'),
    exportPage: builtPage('page-export'),
    out,
  });
  if (json) printJson(done);
  else print(done.index);
  for (const line of done.missing.slice(0, maxLines)) say(`studio: ${line}`);
  if (done.missing.length > maxLines)
    say(`studio: and ${done.missing.length - maxLines} more, listed on the pages of their runs`);
  const incomplete = done.incomplete ? `, ${done.incomplete} of them incomplete` : '';
  say(
    `studio: ${done.runs} runs${incomplete}, ${(done.bytes / 1e6).toFixed(1)} MB of data; open ${done.index} in a browser`,
  );
}

/** Resolves at the first signal that asks to end. */
function signal(): Promise<void> {
  return new Promise((resolve) => {
    const interrupt = listenForInterrupt(() => {
      interrupt.release();
      resolve();
    });
  });
}
