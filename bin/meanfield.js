#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const built = (file) => new URL(`../dist/${file}`, import.meta.url);
if (existsSync(built('cli/main.js'))) {
  await import(built('load-in-turn.js').href);
  const { run } = await import(built('cli/main.js').href);
  process.exitCode = await run(process.argv);
} else {
  const folder = fileURLToPath(new URL('..', import.meta.url)).replaceAll("'", `'\\''`);
  console.error(`meanfield: not built yet: npm --prefix '${folder}' run setup`);
  process.exitCode = 3;
}
