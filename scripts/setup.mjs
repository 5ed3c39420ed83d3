#!/usr/bin/env node
// Brings a machine to where everything runs: Debian packages, npm packages, native addon, TypeScript.
// Plain Node, no dependencies; idempotent; quick when there is nothing to do. `--tests` also installs what only tests need.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { installDebianPackages } from './setup/debian.mjs';
import { fail, root, run, step } from './setup/steps.mjs';
import { changed, remember } from './setup/stamps.mjs';

const started = performance.now();
const forTests = process.argv.includes('--tests');

step('node', () => {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19))
    fail(`Node ${process.versions.node} is too old: install Node 20.19 or newer`);
});

step('debian packages', () => installDebianPackages(forTests));

step('npm packages', () => {
  const inputs = ['package-lock.json'];
  const modules = join(root, 'node_modules');
  if (existsSync(modules) && !changed('npm', inputs)) return 'present';
  run(
    'npm',
    ['ci', '--no-audit', '--no-fund'],
    'check the network, and that the npm registry can be reached',
  );
  remember('npm', inputs);
  return 'installed';
});

step('native addon', () => {
  run(
    process.execPath,
    ['scripts/build-native.mjs'],
    'see above; g++ and libtorch-dev are needed',
    'inherit',
  );
});

step('typescript', () => {
  const inputs = ['src', 'package.json', 'tsconfig.json', 'tsconfig.build.json'];
  if (existsSync(join(root, 'dist', 'cli', 'main.js')) && !changed('typescript', inputs)) return 'present';
  run(
    process.execPath,
    ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'],
    'the TypeScript sources do not compile: see above',
  );
  remember('typescript', inputs);
  return 'compiled';
});

console.error(`setup: ready in ${((performance.now() - started) / 1000).toFixed(1)} s`);
