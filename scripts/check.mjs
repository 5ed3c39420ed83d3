#!/usr/bin/env node
// Runs every check of the project, even after a failure. Ends with 'N passed, N failed'. `--only unit,lint` runs
// some. Checks that execute the project run alone; those that only read its files run side by side, one core each.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './setup/steps.mjs';

const scratch = mkdtempSync(join(tmpdir(), 'meanfield-check-'));
const testReport = join(scratch, 'tests.json');
const node = (script, ...args) => [process.execPath, [join(root, 'node_modules', script), ...args]];

/** Longest first. */
const readingChecks = {
  lint: node('eslint/bin/eslint.js', '.', '--max-warnings', '0'),
  format: node('prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.'),
  types: node('typescript/bin/tsc', '-p', 'tsconfig.json'),
  'types of the page': node('typescript/bin/tsc', '-p', 'src/studio/client/tsconfig.json'),
  'types of the site': node('typescript/bin/tsc', '-p', 'docs/.vitepress/tsconfig.json'),
  imports: node(
    'dependency-cruiser/bin/dependency-cruise.mjs',
    'src',
    '--config',
    '.dependency-cruiser.cjs',
    '--output-type',
    'err',
  ),
};
const runningChecks = {
  unit: node(
    'vitest/vitest.mjs',
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${testReport}`,
  ),
  claims: [
    process.execPath,
    [join(root, 'bin', 'meanfield.js'), 'verify', '--quick', '--output', join(scratch, 'verify')],
  ],
};

const only = process.argv.includes('--only')
  ? process.argv[process.argv.indexOf('--only') + 1].split(',')
  : [...Object.keys(readingChecks), ...Object.keys(runningChecks)];
const unknown = only.filter((name) => !(name in readingChecks) && !(name in runningChecks));
if (unknown.length > 0) throw new Error(`unknown check: ${unknown.join(', ')}`);
const total = { passed: 0, failed: 0, skipped: 0 };
const running = new Set();
process.on('exit', () => {
  for (const child of running) child.kill();
  rmSync(scratch, { recursive: true, force: true });
});
for (const [signal, code] of Object.entries({ SIGINT: 130, SIGTERM: 143, SIGHUP: 129 }))
  process.on(signal, () => process.exit(code));

/** Runs a check and reports its result; shows its output as it comes, or with `quiet` only on failure. */
async function run(name, [command, args], { quiet }) {
  const started = performance.now();
  const shown = quiet ? 'pipe' : 'inherit';
  const child = spawn(command, args, {
    cwd: root,
    stdio: ['ignore', shown, shown],
    env: { ...process.env, NO_COLOR: '1' },
  });
  running.add(child);
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text) => (said += text));
  const status = await new Promise((resolve) => {
    child.on('error', ({ message }) => {
      said += message;
      resolve(1);
    });
    child.on('close', resolve);
  });
  running.delete(child);
  if (status !== 0 && said !== '') console.log(said);
  console.log(
    `check: ${name} ${status === 0 ? 'passed' : 'FAILED'} (${((performance.now() - started) / 1000).toFixed(1)} s)`,
  );
  total[status === 0 ? 'passed' : 'failed']++;
}

const waiting = Object.entries(readingChecks).filter(([name]) => only.includes(name));
await Promise.all(
  Array.from({ length: availableParallelism() }, async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) await run(...next, { quiet: true });
  }),
);
for (const [name, check] of Object.entries(runningChecks).filter(([name]) => only.includes(name))) {
  await run(name, check, { quiet: false });
  if (name === 'unit') countTests();
}

function countTests() {
  try {
    const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(readFileSync(testReport, 'utf8'));
    total.passed += numPassedTests;
    total.failed += numFailedTests;
    total.skipped += numPendingTests;
  } catch {
    console.log('check: vitest left no report');
    total.failed++;
  }
}

console.log(
  `${total.passed} passed, ${total.failed} failed${total.skipped ? `, ${total.skipped} skipped` : ''}`,
);
process.exitCode = total.failed > 0 ? 1 : 0;
