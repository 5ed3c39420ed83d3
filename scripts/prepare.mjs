#!/usr/bin/env node
// npm runs this before it packs the package, and for a dependency on a git URL: both need dist/. It also runs it after
// `npm ci` and `npm install` in a checkout, whose set-up compiles by itself.
const { npm_command: command, _PACOTE_NO_PREPARE_: gitDependency } = process.env;
const installsCheckout = (command === 'ci' || command === 'install') && gitDependency === undefined;
if (!installsCheckout) {
  const { buildPage, compileTypeScript } = await import('./setup/build.mjs');
  const { step } = await import('./setup/steps.mjs');
  step('typescript', compileTypeScript);
  step('page of the studio', buildPage);
}
