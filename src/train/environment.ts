/** The environment of a run, saved with it so that its results can be reproduced. */
import { readFileSync } from 'node:fs';
import { cpus, hostname, totalmem } from 'node:os';
import { join } from 'node:path';
import { libraryFacts, packageRoot } from '../native/index.ts';
import { meanfieldCommand } from '../program.ts';

interface PackageFacts {
  readonly version: string;
}

/** The version of this package. */
export function packageVersion(): string {
  return (JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as PackageFacts).version;
}

export function environment(threads: number): Record<string, unknown> {
  const facts = libraryFacts();
  return {
    meanfield: packageVersion(),
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    libtorch: facts.version,
    libtorchPath: facts.path,
    blas: facts.blas,
    onednn: facts.onednn,
    capability: facts.capability,
    bf16: facts.bf16,
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    threads,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    host: hostname(),
    command: meanfieldCommand(...process.argv.slice(2)),
    started: new Date().toISOString(),
  };
}
