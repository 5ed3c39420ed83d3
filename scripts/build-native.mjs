#!/usr/bin/env node
// Builds native/ into build/meanfield.node: takes it from the user's cache, or compiles the changed files. Plain Node;
// the only dependency is the Node-API headers. Milliseconds if nothing has changed; `--force` compiles all, `--check`
// only tells what keeps it from being built or loaded, one line each, for `meanfield doctor`.
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cache, findCached } from './native/cache.mjs';
import { compile, compiler, link, linkArgs, plan } from './native/compile.mjs';
import { preprocess } from './native/diagnosis.mjs';
import { fail } from './native/fail.mjs';
import { replaceFile, sha256 } from './native/files.mjs';
import { findLibtorch } from './native/libtorch.mjs';

const started = performance.now();
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const build = process.env.MEANFIELD_BUILD_DIR ?? join(root, 'build');
const addon = join(build, 'meanfield.node');
const factsFile = join(build, 'build.json');
const force = process.argv.includes('--force');

const torch = findLibtorch();
const planned = plan(join(root, 'native'), build, torch);
const check = process.argv.includes('--check');
const problems = [...torch.problems];
if (check) problems.push(...[preprocess(planned, torch, compiler)].filter(Boolean));
if (problems.length > 0) fail(...problems);
if (check) process.exit();
// The addon holds the path of its libtorch.
const key = sha256(
  JSON.stringify([planned.units.map(({ stamp }) => stamp), linkArgs(torch), torch.library]),
).slice(0, 32);
const factsOf = (content) =>
  `${JSON.stringify(
    {
      torchVersion: torch.version,
      found: torch.found,
      lib: torch.lib,
      abi: torch.abi,
      standard: torch.standard,
      cuda: torch.cuda,
      cudaMissing: torch.cudaMissing,
      library: torch.library,
      key,
      sha256: sha256(content),
    },
    null,
    2,
  )}\n`;

function isCurrent() {
  if (!existsSync(addon) || !existsSync(factsFile)) return false;
  return readFileSync(factsFile, 'utf8') === factsOf(readFileSync(addon));
}

const say = (action) => {
  console.error(
    `build: ${action} libtorch ${torch.version} (${torch.found}) in ${((performance.now() - started) / 1000).toFixed(1)} s`,
  );
};

if (force || !isCurrent()) {
  try {
    mkdirSync(build, { recursive: true });
    const cached = force ? undefined : findCached(key);
    if (cached) {
      replaceFile(addon, cached, 0o755);
      replaceFile(factsFile, factsOf(cached));
      say('took the addon from the cache, built against');
    } else {
      const count = await compile(planned, torch, force);
      await link(planned, torch, addon);
      const content = readFileSync(addon);
      replaceFile(factsFile, factsOf(content));
      cache(key, content);
      say(`compiled ${count} of ${planned.units.length} parts against`);
    }
  } catch (error) {
    if (!error.syscall) throw error;
    fail(`cannot write to ${build} (${error.message}): run this as its owner, or set MEANFIELD_BUILD_DIR`);
  }
}
