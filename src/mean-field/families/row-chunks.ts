/** Rows a few at a time: what is computed on the way to them takes little memory, whatever their number. */
import { ops, scope, type Tensor } from '../../tensor/index.ts';

/** Numbers of one intermediate tensor: 512 KiB in f64. */
const numbersAtOnce = 2 ** 16;

/** How many rows of so many numbers are computed at once. */
export const rowsAtOnce = (width: number): number => Math.max(8, Math.floor(numbersAtOnce / width));

/**
 * The tensors that `body` makes of each chunk of rows, [rows, widths[i]], put together.
 *
 * @param body - of the rows from .. to - 1
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
