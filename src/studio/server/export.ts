/** `meanfield studio --export`: the page and the data of all runs as a folder that opens from disk. */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { MissingEnvironmentError, UsageError } from '../../errors.ts';
import { writeFileAtomic } from '../../io/index.ts';
import type { Reproduction } from '../../runs/index.ts';
import {
  type ExportedList,
  type ExportedRun,
  type RunDetail,
  type RunList,
  type SampleList,
  type StepCurves,
  type SwapList,
  type WeightClouds,
  routes,
} from '../protocol/index.ts';
import { startStudio } from './studio.ts';

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
}

/** Points of each curve: a page from disk cannot ask for more when one zooms in. */
const points = 3000;
/** By this an exported folder is known, so that no other is ever replaced. */
const mark = join('data', 'list.js');

/**
 * The data are what the server answers: it is started for the time of the export.
 *
 * @throws UsageError for a folder that holds something else; MissingEnvironmentError without a built page
 */
export async function exportStudio({ root, exportPage, page, out }: ExportOptions): Promise<Exported> {
  checkTarget(out, root);
  if (!existsSync(join(exportPage, 'export.html')))
    throw new MissingEnvironmentError(
      `the page for exported folders is missing (${join(exportPage, 'export.html')}): run \`npm run build\` in the package folder`,
    );
  const studio = await startStudio({ root, page, port: 0 });
  try {
    const ask = async <T>(address: string): Promise<T> => {
      const answer = await fetch(new URL(address, studio.url));
      if (!answer.ok) throw new Error(((await answer.json()) as { error: string }).error);
      return (await answer.json()) as T;
    };
    const orNull = <T>(address: string): Promise<T | null> => ask<T>(address).catch(() => null);
    rmSync(out, { recursive: true, force: true });
    mkdirSync(join(out, 'data'), { recursive: true });
    cpSync(exportPage, out, { recursive: true, filter: (path) => !path.endsWith('export.html') });
    const list = await ask<RunList>(routes.runs);
    const scripts: Record<string, string> = {};
    let bytes = 0;
    const write = (name: string, text: string): void => {
      bytes += Buffer.byteLength(text);
      writeFileAtomic(join(out, name), text);
    };
    for (const [i, { id }] of list.runs.entries()) {
      const run: ExportedRun = {
        detail: readOnly(await ask<RunDetail>(routes.run(id))),
        steps: await ask<StepCurves>(routes.steps(id, { points })),
        swaps: await ask<SwapList>(routes.swaps(id)),
        weights: await orNull<WeightClouds>(routes.weights(id)),
        samples: await orNull<SampleList>(routes.samples(id)),
      };
      const name = `data/run-${i + 1}.js`;
      scripts[id] = name;
      write(name, `globalThis.meanfieldExport.runs[${scriptJson(id)}] = ${scriptJson(run)};\n`);
    }
    const reproductions: Record<string, Reproduction> = {};
    for (const folder of list.grids) {
      const found = await orNull<Reproduction>(routes.reproduction(folder));
      if (found) reproductions[folder] = found;
    }
    const all: ExportedList = { written: new Date().toISOString(), list, reproductions, scripts };
    write(mark, `globalThis.meanfieldExport = Object.assign(${scriptJson(all)}, { runs: {} });\n`);
    // Last: a folder without it was not finished.
    const index = join(out, 'index.html');
    write('index.html', readFileSync(join(exportPage, 'export.html'), 'utf8'));
    return { index, runs: list.runs.length, bytes };
  } finally {
    await studio.close();
  }
}

/** @throws UsageError for a folder that is in use for something else */
function checkTarget(out: string, root: string): void {
  const [target, runs] = [resolve(out), resolve(root)];
  if (`${runs}${sep}`.startsWith(`${target}${sep}`))
    throw new UsageError(`${out} holds the runs themselves: export to another folder`);
  if (existsSync(out) && readdirSync(out).length > 0 && !existsSync(join(out, mark)))
    throw new UsageError(`${out} is not empty and no exported folder: name a new one`);
}

/** Pages of a run folder stay where they are, and so do the names of this machine's folders. */
const readOnly = (detail: RunDetail): RunDetail => ({
  ...detail,
  files: { ...detail.files, report: false, analysis: false },
});

/** JSON that can stand in a script, whatever its strings hold. */
const scriptJson = (value: unknown): string =>
  JSON.stringify(value).replace(
    /[<\u2028\u2029]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
