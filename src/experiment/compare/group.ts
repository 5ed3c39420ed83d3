/** The measurements of a group of runs, one of each seed. */
import { nearest } from '../../check.ts';
import { FileError, UsageError } from '../../errors.ts';
import { isFile, isFolder } from '../../io/index.ts';
import { notRunFolder } from '../../runs/index.ts';
import { type Measured, measuredInCsv, type Measurements } from './csv.ts';
import { eventFilesIn, measuredInEventFiles } from './event-files.ts';
import { measuredInRuns, runsAt } from './runs.ts';
import { equals, parseSelection } from './selection.ts';

export interface Group {
  /** As given on the command line. */
  readonly name: string;
  /** Value of the metric by seed. */
  readonly values: ReadonlyMap<string, number>;
  /** What was left out, one line each. */
  readonly notes: readonly string[];
}

export interface GroupOptions {
  readonly metric: string | undefined;
  /** CSV files: the column that identifies pairs. Default: `seed`, or one whose name ends in it. */
  readonly seedColumn?: string;
}

/** @throws UsageError or FileError that names the group and what to give */
export function readGroup(text: string, options: GroupOptions): Group & { readonly metric: string } {
  const { path, where } = parseSelection(text);
  const { measured, notes } = measurementsIn(path, options);
  const chosen = measured.filter(({ facts }) =>
    [...where].every(([key, wanted]) => equals(facts.get(factNamed(key, measured, text)), wanted)),
  );
  if (chosen.length === 0)
    throw new FileError(
      `${text}: ${measured.length === 0 ? 'no finished run' : `none of ${measured.length} matches`}${where.size > 0 && measured.length > 0 ? `; ${offered([...where.keys()], measured)}` : ''}`,
    );
  const metric = options.metric ?? defaultMetric(chosen, text);
  checkMetric(metric, chosen, text);
  const lasts = lastOfSeeds(chosen, text);
  const values = new Map<string, number>();
  const missing: string[] = [];
  for (const [seed, { facts }] of lasts) {
    const value = facts.get(metric);
    if (typeof value === 'number' && Number.isFinite(value)) values.set(seed, value);
    else missing.push(seed);
  }
  const repeated = chosen.length - lasts.size;
  return {
    name: text,
    metric,
    values,
    notes: [
      ...notes,
      ...(repeated > 0 ? [`${text}: the last row of each seed is used, of ${chosen.length} rows`] : []),
      ...(missing.length > 0 ? [`${text}: no finite ${metric} for seed ${missing.join(', ')}`] : []),
    ],
  };
}

function measurementsIn(path: string, { seedColumn }: GroupOptions): Measurements {
  if (isFile(path)) return measuredInCsv(path, seedColumn);
  const runs = runsAt(path);
  if (runs.length > 0) return measuredInRuns(runs);
  const logs = isFolder(path) ? eventFilesIn(path) : new Map<string, string[]>();
  if (logs.size > 0) return measuredInEventFiles(logs);
  throw new FileError(notRunFolder(path) ?? `${path} holds no run folder`);
}

function factNamed(key: string, measured: readonly Measured[], text: string): string {
  const names = new Set(measured.flatMap(({ facts }) => [...facts.keys()]));
  if (measured.length === 0 || names.has(key)) return key;
  throw new UsageError(`${text}: there is no ${key}; ${near(key, [...names])}`);
}

function near(name: string, names: readonly string[]): string {
  const close = nearest(name, names);
  return close === undefined ? `known are ${[...names].sort().join(', ')}` : `did you mean ${close}?`;
}

/** The values that occur: `scheme is vanilla or mean-field`. */
function offered(keys: readonly string[], measured: readonly Measured[]): string {
  return keys
    .map(
      (key) => `${key} is ${[...new Set(measured.map(({ facts }) => String(facts.get(key))))].join(' or ')}`,
    )
    .join(', ');
}

const numeric = (measured: readonly Measured[]): string[] => [
  ...new Set(
    measured.flatMap(({ metrics, facts }) => metrics.filter((name) => typeof facts.get(name) === 'number')),
  ),
];

function defaultMetric(measured: readonly Measured[], text: string): string {
  const names = numeric(measured);
  if (names.includes('test-error')) return 'test-error';
  if (names.length === 1) return names[0]!;
  throw new UsageError(`${text}: give --metric, one of ${names.join(', ')}`);
}

function checkMetric(metric: string, measured: readonly Measured[], text: string): void {
  const names = numeric(measured);
  if (!names.includes(metric))
    throw new UsageError(`${text}: there is no number ${metric}; ${near(metric, names)}`);
}

/**
 * The last measurement of each seed. Several rows of a seed must be the history of one run: with a growing step.
 *
 * @throws UsageError that names a column in which two rows of a seed differ
 */
function lastOfSeeds(measured: readonly Measured[], text: string): Map<string, Measured> {
  const lasts = new Map<string, Measured>();
  for (const one of measured) {
    const before = lasts.get(one.seed);
    if (before && !(one.step > before.step))
      throw new UsageError(
        `${text}: several runs have seed ${one.seed}; choose one with ${difference(before, one)}`,
      );
    lasts.set(one.seed, one);
  }
  return lasts;
}

/** The condition that tells two measurements apart. */
function difference(a: Measured, b: Measured): string {
  const differing = [...a.facts.keys()].filter((name) => a.facts.get(name) !== b.facts.get(name));
  const key = differing.find((name) => !a.metrics.includes(name)) ?? (a.source === b.source && differing[0]);
  if (!key) return `its folder: ${a.source} or ${b.source}`;
  return `:${key}=${String(a.facts.get(key))} or :${key}=${String(b.facts.get(key))}`;
}
