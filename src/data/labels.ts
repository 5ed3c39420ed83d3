/** Checks labels: class indices within range. */
import { DataError } from '../errors.ts';

/** @throws DataError that names the record */
export function checkLabels(labels: Int32Array, classes: number, file: string): Int32Array {
  const bad = labels.findIndex((label) => label < 0 || label >= classes);
  if (bad >= 0)
    throw new DataError(
      `${file}: the label of record ${bad} is ${labels[bad] ?? ''}, out of range 0..${classes - 1}`,
    );
  return labels;
}
