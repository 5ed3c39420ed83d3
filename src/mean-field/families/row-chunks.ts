/** Computes rows in chunks, so that intermediate results use little memory for any number of rows. */
import { ops, scope, type Tensor } from '../../tensor/index.ts';

/** Size of one intermediate tensor, in numbers: 512 KiB in f64. */
const numbersAtOnce = 2 ** 16;

/** The chunk size for rows of `width` numbers. */
export const rowsAtOnce = (width: number): number => Math.max(8, Math.floor(numbersAtOnce / width));

/**
 * Concatenates the tensors that `body` returns for each chunk of rows, [rows, widths[i]].
 *
 * @param body - computes rows from .. to - 1
 */
export function inChunks(
  rows: number,
  atOnce: number,
  body: (from: number, to: number) => readonly Tensor[],
): readonly Tensor[] {
  return scope(() => {
    if (rows <= atOnce) return body(0, rows);
    let whole: Tensor[] = [];
    for (let from = 0; from < rows; from += atOnce)
      whole = scope(() => {
        const to = Math.min(rows, from + atOnce);
        const parts = body(from, to);
        const into = from === 0 ? parts.map((part) => room(part, rows)) : whole;
        parts.forEach((part, i) => {
          ops.copy_(ops.sliceDim(into[i]!, 0, from, to), part);
        });
        return into;
      });
    return whole;
  });
}

const room = (part: Tensor, rows: number): Tensor =>
  ops.zeros([rows, ...part.shape.slice(1)], part.dtype, undefined, part.device);
