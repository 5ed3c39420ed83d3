/**
 * Runs scripts/setup.mjs, which also sets up a checkout: it is plain JavaScript without dependencies, so that it runs
 * before anything is compiled.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { exitCodes, MissingEnvironmentError } from '../errors.ts';
import { buildFolder, packageRoot, readBuildFacts } from '../native/index.ts';
import { meanfieldCommand } from '../program.ts';
import { printJson, say } from './output.ts';

export interface SetupFlags {
  readonly yes?: boolean;
  readonly json?: boolean;
}

export async function runSetup({ yes, json }: SetupFlags): Promise<void> {
  const script = join(packageRoot, 'scripts', 'setup.mjs');
  const child = spawn(process.execPath, [script, ...(yes ? ['--yes'] : [])], {
    // Data alone goes to stdout.
    stdio: ['ignore', process.stderr, 'inherit'],
  });
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  if (code !== 0) {
    // The script has said what is missing.
    if (json || signal) throw new MissingEnvironmentError(`the set-up failed (${signal ?? 'above'})`);
    process.exitCode = code ?? exitCodes.failed;
    return;
  }
  const next = meanfieldCommand('train', '--width', '8', '--epochs', '1');
  if (json)
    printJson({
      addon: join(buildFolder(), 'meanfield.node'),
      libtorch: readBuildFacts().torchVersion,
      next,
    });
  else say(`next: ${next}`);
}
