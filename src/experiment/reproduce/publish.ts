/**
 * Finished runs as records to keep or to publish: without checkpoints, without names and paths of the machine, and with few
 * of the steps. The folder is still one of the grid: its cells count as finished there.
 */
import { join } from 'node:path';
import { writeFileAtomic } from '../../io/index.ts';
import { makeFolder } from '../../report/index.ts';
import { readRun, runFiles, sharedFacts, summaryToCsv, writeConfigFile } from '../../runs/index.ts';
import type { Grid } from './grid.ts';
import { runFolder, standingOf } from './standing.ts';

/** Steps that are kept of a run, besides those after which blocks changed their order. */
const keptSteps = 150;

/**
 * Copies the records of every finished cell.
 *
 * @returns how many
 * @throws FileError if a folder cannot be written
 */
export async function publishRuns(grid: Grid, root: string, to: string): Promise<number> {
  let count = 0;
  for (const cell of grid.cells) {
    const standing = standingOf(root, cell);
    if (standing.state !== 'finished') continue;
    const {
      config,
      environment = {},
      status,
      steps,
      swaps,
      epochs,
    } = await readRun(runFolder(root, cell)).data({
      maxPoints: keptSteps,
    });
    const dir = runFolder(to, cell);
    makeFolder(dir);
    const write = (name: string, text: string): void => {
      writeFileAtomic(join(dir, name), text);
    };
    const json = (value: unknown): string => `${JSON.stringify(value)}\n`;
    const settings = Object.entries(config ?? {}).filter(([key]) => key !== 'data-dir');
    writeConfigFile(join(dir, runFiles.config), Object.fromEntries(settings));
    write(
      runFiles.environment,
      json(
        Object.fromEntries(
          sharedFacts.flatMap((key) => (key in environment ? [[key, environment[key]]] : [])),
        ),
      ),
    );
    // Undefined members are not written.
    if (status) write(runFiles.status, json({ ...status, pid: 1, host: '', process: undefined }));
    write(runFiles.summary, summaryToCsv(epochs));
    write(runFiles.metrics, steps.map(json).join(''));
    write(runFiles.swaps, swaps.map(json).join(''));
    // Last: a folder with a result is a finished run.
    write(runFiles.result, json(standing.result));
    count++;
  }
  return count;
}
