/** Groups runs by data set, model and scheme: mean and standard error over seeds, as text or Markdown. */
import { formatDuration, missing } from '../draw/index.ts';
import type { ErrorGroup } from '../pictures/index.ts';
import type { RunSummary } from '../runs/run-summary.ts';
import { mean, standardError } from '../stats/index.ts';

/** Means over the finished runs of a group. */
export interface GroupRow extends Omit<ErrorGroup, 'text'> {
  readonly testLoss: number;
  /** Mean duration of a run. */
  readonly seconds: number;
}

export interface GroupTable {
  readonly rows: readonly GroupRow[];
  /** Notes for judging the rows, one line each. */
  readonly notes: readonly string[];
}

const finite = (value: number | undefined): number => value ?? Number.NaN;

/**
 * Rows in the order of their first runs. A run without a result, or superseded by a later run of the same seed, is
 * excluded with a note.
 */
export function groupRuns(runs: readonly RunSummary[]): GroupTable {
  const notes: string[] = [];
  const groups = new Map<string, Map<string, RunSummary>>();
  for (const run of runs) {
    if (!run.final) {
      notes.push(`${run.name} is omitted: it has no result (${run.state})`);
      continue;
    }
    const key = JSON.stringify([run.dataset, run.model, run.scheme]);
    const group = groups.get(key) ?? new Map<string, RunSummary>();
    const seed = String(run.seed ?? run.name);
    const earlier = group.get(seed);
    if (earlier) notes.push(`${earlier.name} is omitted: ${run.name} is a later run with the same seed`);
    group.set(seed, run);
    groups.set(key, group);
  }
  const rows = [...groups.values()].map((group) => {
    const members = [...group.values()];
    const [first] = members as [RunSummary];
    // Runs that stop early by one rule may end at different epochs.
    const epochs = [...new Set(members.map((run) => (run.stoppedEarly ? run.plannedEpochs! : run.epochs)))];
    const { dataset, model, scheme } = first;
    if (epochs.length > 1)
      notes.push(
        `${dataset}, ${model}, ${scheme}: the runs have ${epochs.sort((a, b) => a - b).join(', ')} epochs, so their average is not meaningful`,
      );
    const errors = members.map(({ testError }) => finite(testError));
    return {
      dataset,
      model,
      scheme,
      n: members.length,
      testError: mean(errors),
      standardError: standardError(errors),
      testLoss: mean(members.map(({ testLoss }) => finite(testLoss))),
      seconds: mean(members.map(({ seconds }) => finite(seconds))),
    };
  });
  return { rows, notes };
}

const fixed = (value: number, digits: number): string =>
  Number.isFinite(value) ? value.toFixed(digits) : missing;

/** 8.19 ± 0.05 */
export function meanWithError(value: number, error: number | undefined): string {
  return error === undefined ? fixed(value, 2) : `${fixed(value, 2)} ± ${fixed(error, 2)}`;
}

/** The table with its notes below it. Markdown columns are aligned too. */
export function formatGroupTable({ rows, notes }: GroupTable, style: 'text' | 'markdown' = 'text'): string {
  const header = ['data', 'model', 'scheme', 'test error in %', 'test loss', 'time', 'n'];
  const numeric = [false, false, false, true, true, true, true];
  const clean = (text: string): string =>
    (style === 'markdown' ? text.replaceAll('|', '\\|') : text).replace(/\s+/g, ' ');
  const cells = rows.map((row) =>
    [
      row.dataset,
      row.model,
      row.scheme,
      meanWithError(row.testError, row.standardError),
      fixed(row.testLoss, 3),
      formatDuration(row.seconds),
      String(row.n),
    ].map(clean),
  );
  const widths = header.map((title, c) => Math.max(title.length, ...cells.map((row) => row[c]?.length ?? 0)));
  const align = (row: readonly string[]): string[] =>
    row.map((text, c) => (numeric[c] ? text.padStart(widths[c] ?? 0) : text.padEnd(widths[c] ?? 0)));
  const markdown = (row: readonly string[]): string => `| ${row.join(' | ')} |`;
  const rule = widths.map((width, c) => (numeric[c] ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width)));
  const lines =
    style === 'markdown'
      ? [markdown(align(header)), markdown(rule), ...cells.map((row) => markdown(align(row)))]
      : [header, ...cells].map((row) => align(row).join('  ').trimEnd());
  const foot = [
    ...(rows.some(({ n }) => n > 1) ? ['± is the standard error of the mean over seeds.'] : []),
    ...notes,
  ];
  return [
    ...lines,
    ...(foot.length ? ['', ...foot.map((note) => (style === 'markdown' ? `- ${note}` : note))] : []),
    '',
  ].join('\n');
}
