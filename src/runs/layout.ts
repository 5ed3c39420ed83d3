/** Names in `runs/`. */
import { show } from '../check.ts';
import { UsageError } from '../errors.ts';

/** The files of a run folder. */
export const runFiles = {
  config: 'config.yaml',
  environment: 'env.json',
  metrics: 'metrics.jsonl',
  summary: 'summary.csv',
  swaps: 'swaps.jsonl',
  status: 'status.json',
  result: 'result.json',
  report: 'report.html',
  analysis: 'analysis.json',
  analysisPage: 'analysis.html',
  samples: 'samples.json',
  checkpoints: 'checkpoints',
  figures: 'figures',
} as const;

const pad = (value: number, width = 2): string => String(value).padStart(width, '0');

/** 20260823-174205, in local time. */
export function timestamp(date: Date): string {
  const day = `${pad(date.getFullYear(), 4)}${pad(date.getMonth() + 1)}${pad(date.getDate())}`;
  return `${day}-${pad(date.getHours())}${pad(date.getMinutes())}${pad(date.getSeconds())}`;
}

/** The text restricted to file name characters: letters, digits, `.`, `_`, `-`; never with a leading dot. */
export function slug(text: string): string {
  const safe = text.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[.-]+|[.-]+$/g, '');
  return safe.slice(0, 80) || 'x';
}

/** `<YYYYMMDD-HHMMSS>-<model>-<scheme>-s<seed>` */
export function runName(parts: { model: string; scheme: string; seed: number }, date: Date): string {
  return `${timestamp(date)}-${slug(parts.model)}-${slug(parts.scheme)}-s${parts.seed}`;
}

const longestName = 200;

/**
 * The name of a run folder. A name given by the user stays inside the runs folder and is visible in listings.
 *
 * @throws UsageError for a path, a hidden name, and an invalid file name
 */
export function checkRunName(name: string): string {
  if (/^$|^\.|[/\u0000-\u001f]/.test(name) || Buffer.byteLength(name) > longestName)
    throw new UsageError(
      `--name ${show(name)}: expected a folder name (not a path, no leading dot, at most ${longestName} bytes); use --output for the parent folder`,
    );
  return name;
}
