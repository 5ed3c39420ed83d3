/** Positions labels without overlap. */

/**
 * Positions closest to the wanted ones (least squares), in the same order, at least `gap` apart, and within [low,
 * high] if there is room.
 */
export function spreadLabels(wanted: readonly number[], gap: number, low: number, high: number): number[] {
  const order = wanted.map((_, i) => i).sort((a, b) => (wanted[a] ?? 0) - (wanted[b] ?? 0) || a - b);
  // After a shift by rank times gap, labels only have to stay in order, which is isotonic regression.
  const clusters: { sum: number; count: number }[] = [];
  const mean = (cluster: { sum: number; count: number } | undefined): number =>
    cluster ? cluster.sum / cluster.count : -Infinity;
  order.forEach((index, rank) => {
    clusters.push({ sum: (wanted[index] ?? 0) - rank * gap, count: 1 });
    while (clusters.length > 1 && mean(clusters.at(-2)) > mean(clusters.at(-1))) {
      const last = clusters.pop();
      const before = clusters.at(-1);
      if (!last || !before) break;
      before.sum += last.sum;
      before.count += last.count;
    }
  });
  const highest = high - (wanted.length - 1) * gap;
  const placed = clusters.flatMap((cluster) =>
    Array.from({ length: cluster.count }, () => Math.max(Math.min(mean(cluster), highest), low)),
  );
  const positions = new Array<number>(wanted.length).fill(0);
  order.forEach((index, rank) => {
    positions[index] = (placed[rank] ?? 0) + rank * gap;
  });
  return positions;
}
