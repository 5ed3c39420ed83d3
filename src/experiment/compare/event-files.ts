/** Measurements in a folder of TensorBoard logs: each folder with event files is a run. */
import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { UsageError } from '../../errors.ts';
import { readEventFiles } from '../../trackers/index.ts';
import { type Measured, type Measurements, seedIn } from './csv.ts';

/** The event files below a folder, by the folder that holds them. */
export function eventFilesIn(root: string): Map<string, string[]> {
  const folders = new Map<string, string[]>();
  for (const entry of readdirSync(root, { recursive: true, encoding: 'utf8' }).sort()) {
    if (!basename(entry).includes('tfevents')) continue;
    const file = join(root, entry);
    folders.set(dirname(file), [...(folders.get(dirname(file)) ?? []), file]);
  }
  return folders;
}

/**
 * The last value of each scalar of each run. Its seed is the hyperparameter `seed`, or the number at the end of the
 * folder's name: `baseline-s3`.
 *
 * @throws UsageError for a run without a seed
 */
export function measuredInEventFiles(folders: ReadonlyMap<string, readonly string[]>): Measurements {
  const measured = [...folders].map(([folder, files]): Measured => {
    const { settings, scalars } = readEventFiles(files);
    const name = basename(folder);
    const given = settings.get('seed');
    const seed = typeof given === 'number' || typeof given === 'string' ? String(given) : seedIn(name);
    if (seed === undefined)
      throw new UsageError(
        `${folder} has no hyperparameter seed, and its name does not end in one, as in ${name}-s1`,
      );
    const values = [...scalars].map(([tag, { value }]): [string, unknown] => [tag, value]);
    return {
      seed,
      step: Number.NaN,
      facts: new Map<string, unknown>([
        ...[...settings].filter(([key]) => key !== 'seed'),
        ['run', name],
        ...values,
      ]),
      metrics: values.map(([tag]) => tag),
      source: folder,
    };
  });
  return { measured, notes: [] };
}
