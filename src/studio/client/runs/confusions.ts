/** The most frequent confusions of a net. */

export interface Confusion {
  readonly from: number;
  readonly to: number;
  readonly images: number;
  readonly share: number;
}

/** Pairs of different classes, the most frequent first. */
export function largestConfusions(confusion: readonly (readonly number[])[], max: number): Confusion[] {
  return confusion
    .flatMap((row, from) => {
      const total = row.reduce((sum, images) => sum + images, 0);
      return row.map((images, to) => ({ from, to, images, share: total ? images / total : 0 }));
    })
    .filter(({ from, to, images }) => from !== to && images > 0)
    .sort((a, b) => b.images - a.images || a.from - b.from || a.to - b.to)
    .slice(0, max);
}
