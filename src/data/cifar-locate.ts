/** Where CIFAR-10 and CIFAR-100 lie, in whichever layout they came. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DataError } from '../errors.ts';
import { isFile } from './cifar-files.ts';
import { type CifarLayout, type CifarName, cifarNames, layoutsOf } from './cifar-layouts.ts';
import { findCifarParquet, type ParquetParts } from './cifar-parquet.ts';
import { notFound } from './locate.ts';
import { fetchHint } from './fetch-hint.ts';

export type CifarPlace =
  | { readonly kind: 'folder'; readonly path: string; readonly layout: CifarLayout }
  | { readonly kind: 'archive'; readonly path: string }
  | { readonly kind: 'parquet'; readonly path: string; readonly parts: ParquetParts };

const firstFile = ({ train }: CifarLayout): string => train[0]!;

function find(name: CifarName, dataDir: string): CifarPlace | undefined {
  if (isFile(dataDir) && !dataDir.endsWith('.parquet')) return { kind: 'archive', path: dataDir };
  for (const layout of layoutsOf(name))
    for (const path of [join(dataDir, layout.folder), dataDir])
      if (isFile(join(path, firstFile(layout)))) return { kind: 'folder', path, layout };
  for (const { archive } of layoutsOf(name))
    if (existsSync(join(dataDir, archive))) return { kind: 'archive', path: join(dataDir, archive) };
  return findCifarParquet(name, dataDir);
}

/** @throws DataError that says what is there instead, or where it was looked for and what brings it */
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
  const other = cifarNames.find((one) => one !== name)!;
  if (find(other, dataDir))
    throw new DataError(`${dataDir} has ${other}, not ${name}: give --dataset ${other}, or ${fetch}`);
  const matlab =
    existsSync(dataDir) && readdirSync(dataDir).find((file) => /\.mat$|-batches-mat$|-matlab/.test(file));
  if (matlab)
    throw new DataError(
      `${join(dataDir, matlab)} is the MATLAB version of ${name}; the binary, Python and Parquet versions are read: ${fetch}`,
    );
  const places = layoutsOf(name).flatMap(({ folder, archive }) => [folder, archive]);
  throw notFound(name, [dataDir, ...places.map((one) => join(dataDir, one))], fetch);
}
