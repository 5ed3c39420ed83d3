/** How often the blocks of a stage change their order in training, and when. */
import type { OrderChanges, StageChanges, SwapRecord } from '../../runs/index.ts';
import { mean } from '../../stats/index.ts';

interface RunSwaps {
  readonly swaps: readonly SwapRecord[];
  readonly epochs: number;
}

export function orderChanges(runs: readonly RunSwaps[]): OrderChanges {
  const names = [...new Set(runs.flatMap(({ swaps }) => swaps.map(({ stage }) => stage)))].sort();
  const epochs = Math.max(0, ...runs.map((run) => run.epochs));
  const stages = names.map((stage): StageChanges => {
    const own = runs.map(({ swaps }) => swaps.filter((swap) => swap.stage === stage));
    const perEpoch = new Array<number>(epochs).fill(0);
    for (const { epoch } of own.flat()) perEpoch[epoch] = (perEpoch[epoch] ?? 0) + 1 / runs.length;
    const reordered = own.filter((swaps) => String(swaps.at(-1)?.after) !== String(swaps[0]?.before));
    return {
      stage,
      perRun: own.flat().length / runs.length,
      perEpoch,
      reordered: reordered.length / runs.length,
    };
  });
  // Swaps are sorted by step.
  const last = runs.flatMap(({ swaps }) => swaps.slice(-1).map(({ epoch }) => epoch + 1));
  return {
    runs: runs.length,
    stages,
    ...(last.length && { lastEpoch: mean(last) }),
  };
}
