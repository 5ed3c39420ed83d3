#!/usr/bin/env node
// Every check of the project, one after the other; all run even if one fails. Ends with 'N passed, N failed'.
// `--only unit,lint` runs some.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './setup/steps.mjs';

const scratch = mkdtempSync(join(tmpdir(), 'meanfield-check-'));
const testReport = join(scratch, 'tests.json');
const node = (script, ...args) => [process.execPath, [join(root, 'node_modules', script), ...args]];

const checks = {
  format: node('prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.'),
  lint: node('eslint/bin/eslint.js', '.', '--max-warnings', '0'),
  types: node('typescript/bin/tsc', '-p', 'tsconfig.json'),
  'types of the page': node('typescript/bin/tsc', '-p', 'src/studio/client/tsconfig.json'),
  imports: node(
    'dependency-cruiser/bin/dependency-cruise.mjs',
    'src',
    '--config',
    '.dependency-cruiser.cjs',
    '--output-type',
    'err',
  ),
  unit: node(
    'vitest/vitest.mjs',
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${testReport}`,
  ),
  claims: [
    process.execPath,
    [join(root, 'bin', 'meanfield.js'), 'verify', '--quick', '--out', join(scratch, 'verify')],
  ],
};

const only = process.argv.includes('--only')
  ? process.argv[process.argv.indexOf('--only') + 1].split(',')
  : Object.keys(checks);
const total = { passed: 0, failed: 0, skipped: 0 };

for (const name of only) {
  const started = performance.now();
  const shown = name === 'unit' || name === 'claims' ? 'inherit' : 'pipe';
  const [command, args] = checks[name];
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', shown, shown],
    maxBuffer: 1 << 28,
    env: { ...process.env, NO_COLOR: '1' },
  });
  if (status !== 0 && shown === 'pipe') console.log(`${stdout}${stderr}`);
  console.log(
    `check: ${name} ${status === 0 ? 'passed' : 'FAILED'} (${((performance.now() - started) / 1000).toFixed(1)} s)`,
  );
  total[status === 0 ? 'passed' : 'failed']++;
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

rmSync(scratch, { recursive: true, force: true });
console.log(
  `${total.passed} passed, ${total.failed} failed${total.skipped ? `, ${total.skipped} skipped` : ''}`,
);
process.exitCode = total.failed > 0 ? 1 : 0;
