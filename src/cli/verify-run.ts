/** Measures claims, prints the table, writes the page. */
import { join } from 'node:path';
import { makeFolder } from '../io/index.ts';
import { formatBand, formatMeasured, formatWithError, writeClaims } from '../report/index.ts';
import type { Check, ClaimResult } from '../runs/index.ts';
import { chooseClaims, type SeededResult, verify } from '../theory/index.ts';
import { withCores } from './cores.ts';
import { print, printJson, say } from './output.ts';
import { clearLiveLine } from './terminal.ts';
import { textTable } from './text-table.ts';
import { verifyPrinter } from './verify-progress.ts';

export interface VerifyFlags {
  quick?: boolean;
  seed: number[];
  output: string;
  verbose?: boolean;
  threads?: number;
  json?: boolean;
}

/** Returns the exit code. */
export async function runVerify(ids: readonly string[], flags: VerifyFlags): Promise<number> {
  const { seed: seeds, quick = false, output, json = false } = flags;
  // Invalid options are refused before minutes of work.
  chooseClaims(ids);
  makeFolder(output);
  const started = performance.now();
  const printer = verifyPrinter(seeds.length);
  const outcomes = await withCores('verify', flags.threads, (processes) =>
    verify({
      ids,
      seeds,
      quick,
      processes,
      onProgress: ({ task, fraction }) => {
        printer.onProgress(task, fraction);
      },
      onResult: printer.onResult,
    }),
  ).finally(clearLiveLine);
  for (const seed of seeds) {
    const results = outcomes.filter((one) => one.seed === seed).map(({ result }) => result);
    const dir = seeds.length > 1 ? join(output, `seed-${seed}`) : output;
    const { html } = await writeClaims(results, dir, { seed, quick });
    if (!json && seeds.length === 1) print(claimTable(results, flags.verbose ?? false));
    if (seeds.length === 1) say(`verify: ${html}`);
  }
  const green = seeds.filter((seed) => outcomes.every((one) => one.seed !== seed || one.result.pass));
  if (seeds.length > 1) tellSeeds(outcomes, seeds, green);
  const seconds = (performance.now() - started) / 1000;
  const held = outcomes.filter(({ result }) => result.pass).length;
  say(`verify: ${held} of ${outcomes.length} hold, ${seconds.toFixed(0)} s`);
  if (json)
    printJson({
      claims: outcomes.map(({ seed, result }) => ({ ...summary(result), seed })),
      seeds: { green: green.length, of: seeds.length },
      quick,
      seconds,
    });
  return held === outcomes.length ? 0 : 1;
}

const worstOf = ({ checks }: ClaimResult): Check | undefined =>
  [...checks].sort((a, b) => b.miss - a.miss)[0];

function summary(result: ClaimResult): Record<string, unknown> {
  const { id, title, pass, seconds, checks, error } = result;
  const measured = Object.fromEntries(checks.map((check) => [check.name, check.measured]));
  return { id, title, pass, seconds, measured, checks, ...(error !== undefined && { error }) };
}

function claimTable(results: readonly ClaimResult[], verbose: boolean): string {
  const rows = results.flatMap((result) => {
    const worst = worstOf(result);
    const checks = verbose ? result.checks : worst ? [worst] : [];
    const lines = checks.map((check) => [
      check.name,
      formatBand(check.band),
      formatWithError(check),
      check.pass ? 'pass' : 'FAIL',
    ]);
    if (result.error !== undefined) lines.push([result.error, '', '', 'FAIL']);
    return lines.map((line, i) =>
      i === 0 ? [result.id, result.title, ...line, result.seconds.toFixed(1)] : ['', '', ...line, ''],
    );
  });
  return textTable(
    [
      'claim',
      'statement',
      verbose ? 'check' : 'tightest check',
      'predicted',
      'measured (standard error)',
      '',
      's',
    ],
    rows,
  );
}

function tellSeeds(
  outcomes: readonly SeededResult[],
  seeds: readonly number[],
  green: readonly number[],
): void {
  say(`verify: every claim holds at ${green.length} of ${seeds.length} seeds`);
  for (const { seed, result } of outcomes) {
    if (result.pass) continue;
    const worst = worstOf(result);
    const why = worst
      ? `${worst.name} ${formatMeasured(worst.measured)}, must be ${formatBand(worst.band)}`
      : (result.error ?? '');
    say(`verify: seed ${seed}: ${result.id} fails: ${why}`);
  }
}
