/** Compares two groups of runs, seed by seed. */
import { UsageError } from '../../errors.ts';
import { type Mean, type PairedDifference, pairedDifference, summarizeMean } from '../../stats/index.ts';
import { type Group, readGroup } from './group.ts';

export interface ComparedGroup extends Mean {
  readonly name: string;
  /** Value by seed. */
  readonly values: Readonly<Record<string, number>>;
}

export interface GroupComparison {
  readonly metric: string;
  readonly a: ComparedGroup;
  readonly b: ComparedGroup;
  /** Seeds of both groups; differences[i] is b - a at seeds[i]. */
  readonly seeds: readonly string[];
  readonly differences: readonly number[];
  /** b - a over the pairs. */
  readonly difference: PairedDifference;
  /** What was left out, one line each. */
  readonly notes: readonly string[];
}

export interface CompareOptions {
  /** Default: `test-error`, or the only number of a CSV file. */
  readonly metric?: string;
  readonly seedColumn?: string;
}

const bySeed = new Intl.Collator('en', { numeric: true });

/**
 * The paired comparison of two groups over the seeds that both have: d_s = b_s - a_s, its mean, 95 % interval and
 * p-value (Student's t), and the smallest difference that these pairs show at 2 standard errors.
 *
 * @param a - a run folder, a folder of runs or a CSV file, optionally with `:KEY=VALUE,..`
 * @throws UsageError or FileError that names the group and what to give
 */
export function compareGroups(
  a: string,
  b: string,
  { metric, seedColumn }: CompareOptions = {},
): GroupComparison {
  const options = { ...(seedColumn !== undefined && { seedColumn }) };
  const first = readGroup(a, { metric, ...options });
  const second = readGroup(b, { metric: first.metric, ...options });
  const seeds = [...first.values.keys()].filter((seed) => second.values.has(seed)).sort(bySeed.compare);
  if (seeds.length === 0)
    throw new UsageError(`no seed is in both groups: ${a} has ${listed(first)}, ${b} has ${listed(second)}`);
  const differences = seeds.map((seed) => second.values.get(seed)! - first.values.get(seed)!);
  const magnitude = Math.max(
    ...seeds.flatMap((seed) => [first.values.get(seed)!, second.values.get(seed)!]).map(Math.abs),
  );
  return {
    metric: first.metric,
    a: compared(first),
    b: compared(second),
    seeds,
    differences,
    difference: pairedDifference(differences, magnitude),
    notes: [...first.notes, ...second.notes, ...unpaired(first, second), ...unpaired(second, first)],
  };
}

const listed = ({ values }: Group): string => [...values.keys()].sort(bySeed.compare).join(', ') || 'none';

function compared({ name, values }: Group): ComparedGroup {
  const sorted = [...values].sort(([a], [b]) => bySeed.compare(a, b));
  return { name, ...summarizeMean([...values.values()]), values: Object.fromEntries(sorted) };
}

function unpaired(group: Group, other: Group): string[] {
  const alone = [...group.values.keys()].filter((seed) => !other.values.has(seed));
  return alone.length > 0 ? [`${group.name}: seed ${alone.join(', ')} has no partner`] : [];
}
