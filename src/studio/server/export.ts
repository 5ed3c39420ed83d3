/** `meanfield studio --export`: writes the page and the data of all runs to a folder that opens from disk. */
import { cpSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FileError, MissingEnvironmentError } from '../../errors.ts';
import { makeFolder, writeFileAtomic } from '../../io/index.ts';
import type { Reproduction } from '../../runs/index.ts';
import { type ExportedList, type ExportedRun, type RunList, type RunRow, routes } from '../protocol/index.ts';
import { type Ask, requester, runFor } from './export-run.ts';
import { checkTarget, mark, replaceFolder } from './export-target.ts';
import { Redactor } from './redactor.ts';
import { startStudio } from './studio.ts';
import { setupCommand } from '../../program.ts';

export interface ExportOptions {
  /** The runs folder. */
  readonly root: string;
  /** Folders of the page built for exports, and of the server's page. */
  readonly exportPage: string;
  readonly page: string;
  /** Output folder; a previous export there is replaced. */
  readonly out: string;
}

export interface Exported {
  readonly index: string;
  readonly runs: number;
  readonly bytes: number;
  /** Data that could not be read, one line each. */
  readonly missing: readonly string[];
  /** Number of runs that could not be read, in whole or in part. */
  readonly incomplete: number;
}

/**
 * Starts a server for the duration of the export and saves its answers. Data that cannot be read is reported in its
 * place; everything else is complete.
 *
 * @throws UsageError for a folder that holds something else; MissingEnvironmentError without a built page; FileError
 *   if the list cannot be read or the folder cannot be written: a previous export stays unchanged
 */
export async function exportStudio({ root, exportPage, page, out }: ExportOptions): Promise<Exported> {
  checkTarget(out, root);
  if (!existsSync(join(exportPage, 'export.html')))
    throw new MissingEnvironmentError(
      `the page for exported folders is missing (${join(exportPage, 'export.html')}): run: ${setupCommand()}`,
    );
  const studio = await startStudio({ root, page, port: 0 });
  try {
    await studio.ready();
    const done = await replaceFolder(out, (folder) =>
      writeExport({ ask: requester(studio.url), redactor: new Redactor(root), exportPage, folder }),
    );
    return { index: join(out, 'index.html'), ...done };
  } finally {
    await studio.close();
  }
}

interface Writing {
  readonly ask: Ask;
  readonly redactor: Redactor;
  readonly exportPage: string;
  /** An empty folder. */
  readonly folder: string;
}

async function writeExport({ ask, redactor, exportPage, folder }: Writing): Promise<Omit<Exported, 'index'>> {
  let bytes = 0;
  const write = (name: string, text: string): void => {
    bytes += Buffer.byteLength(text);
    writeFileAtomic(join(folder, name), text);
  };
  cpSync(exportPage, folder, { recursive: true, filter: (path) => !path.endsWith('export.html') });
  makeFolder(join(folder, 'data'));
  const answer = await ask<RunList>(routes.runs);
  if ('error' in answer) throw new FileError(`the list of runs cannot be read: ${answer.error}`);
  const list = answer.value;
  const runs = await writeRuns(list, ask, redactor, write);
  const { reproductions, missing } = await reproductionsOf(list, ask);
  const all: ExportedList = {
    written: new Date().toISOString(),
    list: redactor.list({ ...list, runs: runs.rows, problems: [...list.problems, ...missing] }),
    reproductions: redactor.redact(reproductions),
    scripts: runs.scripts,
    unread: redactor.redact(runs.unread),
  };
  write(mark, `globalThis.meanfieldExport = Object.assign(${scriptJson(all)}, { runs: {} });\n`);
  write('index.html', readFileSync(join(exportPage, 'export.html'), 'utf8'));
  return {
    runs: list.runs.length,
    bytes,
    missing: [...runs.missing, ...missing],
    incomplete: runs.incomplete,
  };
}

interface WrittenRuns {
  readonly rows: readonly RunRow[];
  readonly scripts: Readonly<Record<string, string>>;
  readonly unread: Readonly<Record<string, string>>;
  readonly missing: readonly string[];
  readonly incomplete: number;
}

/** Writes one script per run, except for runs that cannot be read at all. */
async function writeRuns(
  list: RunList,
  ask: Ask,
  redactor: Redactor,
  write: (name: string, text: string) => void,
): Promise<WrittenRuns> {
  const rows: RunRow[] = [];
  const scripts: Record<string, string> = {};
  const unread: Record<string, string> = {};
  const missing: string[] = [];
  let incomplete = 0;
  for (const [i, row] of list.runs.entries()) {
    const { id } = row;
    const found = await runFor(ask, id);
    if ('error' in found) {
      unread[id] = found.error;
      missing.push(found.error);
      incomplete++;
      // A row read earlier does not know about a later failure.
      rows.push(row.problems.length ? row : { ...row, problems: [found.error] });
      continue;
    }
    if (found.missing.length) incomplete++;
    missing.push(...found.missing.map((line) => `${id}: ${line}`));
    rows.push({ ...row, problems: [...row.problems, ...found.missing] });
    const name = `data/run-${i + 1}.js`;
    scripts[id] = name;
    const run: ExportedRun = { ...found.run, detail: redactor.detail(found.run.detail) };
    write(name, `globalThis.meanfieldExport.runs[${scriptJson(id)}] = ${scriptJson(run)};\n`);
  }
  return { rows, scripts, unread, missing, incomplete };
}

async function reproductionsOf(
  { grids }: RunList,
  ask: Ask,
): Promise<{ readonly reproductions: Record<string, Reproduction>; readonly missing: readonly string[] }> {
  const reproductions: Record<string, Reproduction> = {};
  const missing: string[] = [];
  for (const { id } of grids) {
    const found = await ask<Reproduction>(routes.reproduction(id));
    if ('value' in found) reproductions[id] = found.value;
    else missing.push(found.error);
  }
  return { reproductions, missing };
}

/** JSON that is safe inside a script, whatever its strings contain. */
const scriptJson = (value: unknown): string =>
  JSON.stringify(value).replace(
    /[<\u2028\u2029]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
