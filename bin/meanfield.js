#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const built = (file) => new URL(`../dist/${file}`, import.meta.url);
if (existsSync(built('cli/main.js'))) {
  await import(built('load-in-turn.js').href);
  const { run } = await import(built('cli/main.js').href);
  process.exitCode = await run(process.argv);
} else {
  const { isCheckout } = await import('../scripts/setup/steps.mjs');
  const folder = fileURLToPath(new URL('..', import.meta.url)).replaceAll("'", `'\\''`);
  console.error(
    `meanfield: not built yet: ${isCheckout() ? `npm --prefix '${folder}' run setup` : 'install the package again, without --ignore-scripts'}`,
  );
  process.exitCode = 3;
}
