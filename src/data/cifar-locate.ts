/** Locates CIFAR-10 and CIFAR-100 in any of the published layouts. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { oneLine } from '../check.ts';
import { DataError } from '../errors.ts';
import { isFile, isFolder } from '../io/index.ts';
import { type CifarLayout, type CifarName, cifarNames, layoutsOf } from './cifar-layouts.ts';
import { findCifarParquet, type ParquetParts } from './cifar-parquet.ts';
import { notFound } from './locate.ts';
import { fetchHint } from './fetch-hint.ts';

type CifarPlace =
  | { readonly kind: 'folder'; readonly path: string; readonly layout: CifarLayout }
  | { readonly kind: 'archive'; readonly path: string }
  | { readonly kind: 'parquet'; readonly path: string; readonly parts: ParquetParts };

const firstFile = ({ train }: CifarLayout): string => train[0]!;

/** Whether no file of images is missing. */
export const isWhole = ({ path, layout }: { readonly path: string; readonly layout: CifarLayout }): boolean =>
  [...layout.train, ...layout.test].every((file) => isFile(join(path, file)));

function find(name: CifarName, dataDir: string): CifarPlace | undefined {
  if (isFile(dataDir) && !dataDir.endsWith('.parquet')) return { kind: 'archive', path: dataDir };
  const folders = layoutsOf(name)
    .flatMap((layout) =>
      [join(dataDir, layout.folder), dataDir].map((path) => ({ kind: 'folder' as const, path, layout })),
    )
    .filter(({ path, layout }) => isFile(join(path, firstFile(layout))));
  const whole = folders.find(isWhole);
  if (whole) return whole;
  for (const { archive } of layoutsOf(name))
    // Browsers unpack .gz on their own.
    for (const file of [archive, archive.replace(/\.gz$/, ''), archive.replace(/\.tar\.gz$/, '.tgz')])
      if (isFile(join(dataDir, file))) return { kind: 'archive', path: join(dataDir, file) };
  return findCifarParquet(name, dataDir) ?? folders[0];
}

const [deepest, maxFolders] = [3, 200];

/** The first match further inside: archives are often unpacked into a folder of their own name. */
function findInside(name: CifarName, dataDir: string): string | undefined {
  let level = isFolder(dataDir) ? [dataDir] : [];
  let looked = 0;
  for (let depth = 0; depth < deepest; depth++) {
    level = level.flatMap((folder) =>
      readdirSync(folder, { withFileTypes: true })
        .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
        .map((entry) => join(folder, entry.name)),
    );
    for (const folder of level) {
      if (++looked > maxFolders) return undefined;
      if (find(name, folder)) return folder;
    }
  }
  return undefined;
}

/** @throws DataError that says what is there instead, or which places were searched and how to get the data */
export function locateCifar(name: CifarName, dataDir: string | undefined): CifarPlace {
  const fetch = fetchHint(name, dataDir);
  if (dataDir === undefined) throw notFound(name, [], fetch);
  const place = find(name, dataDir);
  if (place) return place;
  for (const layout of layoutsOf(name))
    for (const path of [join(dataDir, layout.folder), dataDir]) {
      const [first, rest] = [
        firstFile(layout),
        [...layout.train.slice(1), ...layout.test, layout.classesFile],
      ];
      if (rest.some((file) => isFile(join(path, file))))
        throw new DataError(`${name}: ${join(path, first)} is missing; ${fetch}`);
    }
  const inside = findInside(name, dataDir);
  if (inside !== undefined)
    throw new DataError(
      `${name} is not directly in ${dataDir}, but in ${inside}: give --data-dir ${oneLine(inside)}`,
    );
  const other = cifarNames.find((one) => one !== name)!;
  if (find(other, dataDir))
    throw new DataError(`${dataDir} has ${other}, not ${name}: give --dataset ${other}, or ${fetch}`);
  const matlab =
    isFolder(dataDir) && readdirSync(dataDir).find((file) => /\.mat$|-batches-mat$|-matlab/.test(file));
  if (matlab)
    throw new DataError(
      `${join(dataDir, matlab)} is the MATLAB version of ${name}; the binary, Python and Parquet versions are supported: ${fetch}`,
    );
  const places = layoutsOf(name).flatMap(({ folder, archive }) => [folder, archive]);
  throw notFound(name, [dataDir, ...places.map((one) => join(dataDir, one))], fetch);
}
