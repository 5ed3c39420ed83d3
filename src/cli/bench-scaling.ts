/** The rows of `meanfield bench scaling`. */
import { type Growth, growthAxes, measureGrowth } from '../bench/index.ts';
import { checkOneOf } from '../check.ts';
import { type BenchFlags, machineFacts, onQuietMachine } from './bench-run.ts';
import { print, printJson, say } from './output.ts';
import { textTable } from './text-table.ts';

export interface ScalingFlags extends BenchFlags {
  axis?: string[];
}

export async function runScalingBenchmark(flags: ScalingFlags): Promise<void> {
  const { runs, steps, warmup } = flags;
  const axes = flags.axis?.map((name) => checkOneOf('--axis', name, growthAxes)) ?? growthAxes;
  const { results, busy, threads } = await onQuietMachine(flags, async (threads) => {
    const found: Growth[] = [];
    for (const axis of axes) {
      const growth = await measureGrowth(axis, { threads, steps, warmup }, runs);
      say(`bench: ${axis}: exponent ${growth.exponent.slope.toFixed(3)}`);
      found.push(growth);
    }
    return found;
  });
  if (flags.json) {
    printJson({ rows: results, busy, machine: machineFacts(threads) });
    return;
  }
  const rows = results.map(({ of, in: name, sizes, ms, exponent }) => [
    `${of}, ${name}`,
    exponent.slope.toFixed(3),
    exponent.standardError.toFixed(3),
    sizes.join(' '),
    ms.map((value) => value.toFixed(0)).join(' '),
  ]);
  print(textTable(['cost of, in', 'exponent', 'standard error', 'sizes', 'ms'], rows));
}
