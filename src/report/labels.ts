/** Short distinct names of runs. */
import type { RunSummary } from '../runs/run-summary.ts';

const parts = ['dataset', 'model', 'scheme', 'seed'] as const;
type Part = (typeof parts)[number];

const textOf = (run: RunSummary, part: Part): string =>
  part === 'seed' ? `seed ${run.seed ?? '?'}` : run[part];

const differing = (summaries: readonly RunSummary[]): readonly Part[] =>
  parts.filter((part) => new Set(summaries.map((run) => run[part])).size > 1);

/** The parts in which the runs differ; a number is added if they do not distinguish two runs. */
export function runLabels(summaries: readonly RunSummary[]): string[] {
  const found = differing(summaries);
  const shown: readonly Part[] = found.length ? found : ['scheme'];
  const labels = summaries.map((run) => shown.map((part) => textOf(run, part)).join(', '));
  return labels.map((label, i) => {
    const before = labels.slice(0, i).filter((other) => other === label).length;
    return labels.indexOf(label) === labels.lastIndexOf(label) ? label : `${label} (${before + 1})`;
  });
}

/** Names of the series: one for all runs that differ only by seed, or each run's own name if there are no others. */
export function seriesLabels(summaries: readonly RunSummary[]): string[] {
  const kinds = differing(summaries).filter((part) => part !== 'seed');
  const names = summaries.map((run) => kinds.map((part) => textOf(run, part)).join(', '));
  const count = new Set(names).size;
  return count > 1 && count < summaries.length ? names : runLabels(summaries);
}
