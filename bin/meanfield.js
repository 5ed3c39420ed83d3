#!/usr/bin/env node
import { existsSync } from 'node:fs';

const built = (file) => new URL(`../dist/${file}`, import.meta.url);
if (existsSync(built('cli/main.js'))) {
  await import(built('load-in-turn.js').href);
  const { run } = await import(built('cli/main.js').href);
  process.exitCode = await run(process.argv);
} else {
  console.error('meanfield: not built yet: run `npm run setup` (or `npm run build`) in the package folder');
  process.exitCode = 3;
}
