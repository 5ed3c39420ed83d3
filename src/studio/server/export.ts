/** `meanfield studio --export`: the page and the data of all runs as a folder that opens from disk. */
import { cpSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FileError, MissingEnvironmentError } from '../../errors.ts';
import { makeFolder, writeFileAtomic } from '../../io/index.ts';
import type { Reproduction } from '../../runs/index.ts';
import { type ExportedList, type ExportedRun, type RunList, type RunRow, routes } from '../protocol/index.ts';
import { type Ask, asker, runFor } from './export-run.ts';
import { checkTarget, mark, replaceFolder } from './export-target.ts';
import { HandOut } from './hand-out.ts';
import { startStudio } from './studio.ts';
import { packageScript } from '../../program.ts';

export interface ExportOptions {
  /** The runs folder. */
  readonly root: string;
  /** Folder of the page that was built for folders, and that of the server's page. */
  readonly exportPage: string;
  readonly page: string;
  /** Where it goes; a folder that was exported before is replaced. */
  readonly out: string;
}

export interface Exported {
  readonly index: string;
  readonly runs: number;
  readonly bytes: number;
  /** What the folder lacks because it could not be read, one line each. */
  readonly missing: readonly string[];
  /** Runs that are not there as a whole: those of which nothing could be read, and those of which a part could not. */
  readonly incomplete: number;
}

/**
 * The data are what the server answers: it is started for the time of the export. What of a run cannot be read is told
 * in its place, and the others are complete.
 *
 * @throws UsageError for a folder that holds something else; MissingEnvironmentError without a built page; FileError if
 *   the list cannot be read, or the folder not be written: an older one stays as it was
 */
export async function exportStudio({ root, exportPage, page, out }: ExportOptions): Promise<Exported> {
  checkTarget(out, root);
  if (!existsSync(join(exportPage, 'export.html')))
    throw new MissingEnvironmentError(
      `the page for exported folders is missing (${join(exportPage, 'export.html')}): run: ${packageScript('build')}`,
    );
  const studio = await startStudio({ root, page, port: 0 });
  try {
    await studio.ready();
    const done = await replaceFolder(out, (folder) =>
      writeExport({ ask: asker(studio.url), handOut: new HandOut(root), exportPage, folder }),
    );
    return { index: join(out, 'index.html'), ...done };
  } finally {
    await studio.close();
  }
}

interface Writing {
  readonly ask: Ask;
  readonly handOut: HandOut;
  readonly exportPage: string;
  /** An empty one. */
  readonly folder: string;
}

async function writeExport({ ask, handOut, exportPage, folder }: Writing): Promise<Omit<Exported, 'index'>> {
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
  const runs = await writeRuns(list, ask, handOut, write);
  const { reproductions, missing } = await reproductionsOf(list, ask);
  const all: ExportedList = {
    written: new Date().toISOString(),
    list: handOut.list({ ...list, runs: runs.rows, problems: [...list.problems, ...missing] }),
    reproductions: handOut.of(reproductions),
    scripts: runs.scripts,
    unread: handOut.of(runs.unread),
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

/** One script a run, except for those of which nothing can be read. */
async function writeRuns(
  list: RunList,
  ask: Ask,
  handOut: HandOut,
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
      // A row that was read says nothing of what has happened since.
      rows.push(row.problems.length ? row : { ...row, problems: [found.error] });
      continue;
    }
    if (found.missing.length) incomplete++;
    missing.push(...found.missing.map((line) => `${id}: ${line}`));
    rows.push({ ...row, problems: [...row.problems, ...found.missing] });
    const name = `data/run-${i + 1}.js`;
    scripts[id] = name;
    const run: ExportedRun = { ...found.run, detail: handOut.detail(found.run.detail) };
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

/** JSON that can stand in a script, whatever its strings hold. */
const scriptJson = (value: unknown): string =>
  JSON.stringify(value).replace(
    /[<\u2028\u2029]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
