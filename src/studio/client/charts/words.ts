/** Describes a curve in a sentence with numbers. */
import { formatShort } from '../../../draw/index.ts';
import type { Series } from '../../../pictures/index.ts';

/** `0.236 at the end, from 2.58; min 0.21 at step 5 700` */
function describeSeries({ x, y }: Series, unit: string): string {
  const there = y.flatMap((value, i) =>
    value !== null && Number.isFinite(value) ? [{ at: x[i]!, value }] : [],
  );
  const [first, last] = [there[0], there.at(-1)];
  if (!first || !last) return 'no data yet';
  if (there.length === 1) return `${formatShort(last.value)} at ${unit} ${formatShort(last.at)}`;
  const lowest = there.reduce((best, one) => (one.value < best.value ? one : best));
  const highest = there.reduce((best, one) => (one.value > best.value ? one : best));
  const turn =
    lowest.at !== last.at && lowest.at !== first.at
      ? `, min ${formatShort(lowest.value)} at ${formatShort(lowest.at)}`
      : highest.at !== last.at && highest.at !== first.at
        ? `, max ${formatShort(highest.value)} at ${formatShort(highest.at)}`
        : '';
  return `from ${formatShort(first.value)} at ${unit} ${formatShort(first.at)} to ${formatShort(last.value)} at ${formatShort(last.at)}${turn}`;
}

export const describeLines = (series: readonly Series[], unit: string): string =>
  series.map((one) => `${one.name}: ${describeSeries(one, unit)}`).join('; ');
