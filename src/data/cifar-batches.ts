/** Converts files of planar images to sets with channels last. */
import { DataError } from '../errors.ts';
import { cifarClassNames } from './cifar-class-names.ts';
import type { CifarFiles } from './cifar-files.ts';
import { cifarBytes, cifarChannels, type CifarLayout, cifarPlane, cifarSide } from './cifar-layouts.ts';
import type { CifarBatch } from './cifar-batch.ts';
import { pythonBatch, pythonClasses } from './cifar-python.ts';
import { checkLabels } from './labels.ts';
import type { ImageSet } from './types.ts';
import { fetchHint } from './fetch-hint.ts';

type Part = 'train' | 'test';

export function decodeBatches(
  layout: CifarLayout,
  files: CifarFiles,
  parts: readonly Part[],
): Partial<Record<Part, ImageSet>> {
  const classes = classNames(layout, files);
  return Object.fromEntries(parts.map((part) => [part, decode(layout, layout[part], files, classes)]));
}

/** From the file beside the data, else the published names. */
function classNames(
  { name, kind, classes, classesFile }: CifarLayout,
  { has, take, where }: CifarFiles,
): readonly string[] {
  const names = !has(classesFile)
    ? []
    : kind === 'python'
      ? pythonClasses(take(classesFile), where(classesFile))
      : Buffer.from(take(classesFile))
          .toString('utf8')
          .split('\n')
          .map((line) => line.trim())
          .filter(Boolean);
  return names.length === classes ? names : cifarClassNames[name];
}

function decode(
  layout: CifarLayout,
  names: readonly string[],
  { where, size, take }: CifarFiles,
  classes: readonly string[],
): ImageSet {
  // Allocated for as many images as the files can hold: untouched memory costs nothing.
  const room = names.reduce((sum, name) => sum + Math.floor(size(name) / cifarBytes), 0);
  const images = new Uint8Array(room * cifarBytes);
  const labels = new Int32Array(room);
  let count = 0;
  for (const name of names) {
    const read = layout.kind === 'python' ? pythonBatch : binaryBatch;
    const batch = read(layout, take(name), where(name));
    checkLabels(batch.labels, layout.classes, where(name));
    labels.set(batch.labels, count);
    for (let i = 0; i < batch.labels.length; i++, count++)
      interleave(batch.bytes, batch.first + i * batch.stride, images, count * cifarBytes);
  }
  return {
    name: layout.name,
    images: images.subarray(0, count * cifarBytes),
    labels: labels.subarray(0, count),
    count,
    height: cifarSide,
    width: cifarSide,
    channels: cifarChannels,
    classes,
  };
}

/** Records of label bytes and pixels: CIFAR-100 has the coarse label before the fine one. */
function binaryBatch({ name }: CifarLayout, bytes: Uint8Array, where: string): CifarBatch {
  const labelBytes = name === 'cifar10' ? 1 : 2;
  const stride = labelBytes + cifarBytes;
  if (bytes.length === 0 || bytes.length % stride !== 0)
    throw new DataError(
      `${where} is truncated or not ${name}: its ${bytes.length} bytes are not a multiple of the record of ${stride} bytes; ${fetchHint(name)}`,
    );
  const labels = Int32Array.from(
    { length: bytes.length / stride },
    (_, i) => bytes[i * stride + labelBytes - 1]!,
  );
  return { bytes, first: labelBytes, stride, labels };
}

/** One image from planes [C, H, W] to [H, W, C]. */
function interleave(source: Uint8Array, from: number, target: Uint8Array, to: number): void {
  for (let pixel = 0, out = to; pixel < cifarPlane; pixel++, out += cifarChannels) {
    target[out] = source[from + pixel]!;
    target[out + 1] = source[from + cifarPlane + pixel]!;
    target[out + 2] = source[from + 2 * cifarPlane + pixel]!;
  }
}
