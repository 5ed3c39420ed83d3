/** Loads an own residual block from its file. A block is one file without imports, so that a run can keep a copy. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { checkText } from '../check.ts';
import { FileError, UsageError } from '../errors.ts';
import { absolutePath, sha256OfText, statOf } from '../io/index.ts';
import type { NamedBlock, OwnBlock } from '../models/index.ts';
import { readRun } from '../runs/index.ts';

const endings = ['.ts', '.mts', '.js', '.mjs'];

export interface BlockFile {
  readonly block: NamedBlock;
  readonly source: string;
  /** Of the source, in hexadecimal. */
  readonly sha256: string;
}

/** Modules stay loaded: one load per source. */
const loaded = new Map<string, OwnBlock>();

/** The name of a block's copy in a run folder. */
export const blockCopy = (path: string): string => `block${extname(path)}`;

/** @throws UsageError for a file that is not a block, or that this version of Node cannot run */
export function loadBlockFile(path: string): BlockFile {
  checkText('block', path);
  const ending = extname(path);
  if (!endings.includes(ending))
    throw new UsageError(`--block ${path}: expected a file that ends with ${endings.join(', ')}`);
  if (!statOf(path)?.isFile()) throw new FileError(`--block ${path} is not a file`);
  const source = readFileSync(path, 'utf8');
  const sha256 = sha256OfText(source);
  const exports = loaded.get(`${ending} ${sha256}`) ?? run(path, source);
  for (const name of ['init', 'forward'] as const)
    if (typeof exports[name] !== 'function')
      throw new UsageError(`${path} does not export a function ${name}: a block exports init and forward`);
  loaded.set(`${ending} ${sha256}`, exports);
  return { block: { name: path, init: exports.init, forward: exports.forward }, source, sha256 };
}

/**
 * The path of the copy of a block that a run keeps.
 *
 * @param path - of the block when the run started
 * @throws FileError if it is missing, UsageError if it has changed
 */
export function savedBlock(run: string, path: string): string {
  const copy = absolutePath(join(run, blockCopy(path)));
  if (!statOf(copy)?.isFile()) throw new FileError(`${copy} is missing: it is the block of this run`);
  const recorded = readRun(run).environment()?.block;
  if (typeof recorded === 'string' && recorded !== sha256OfText(readFileSync(copy, 'utf8')))
    throw new UsageError(
      `${copy} has changed since the run started, so its weights belong to another block: restore it, or start a new run`,
    );
  return copy;
}

/** Runs a source in an empty folder, where no import but Node's can be found. */
function run(path: string, source: string): OwnBlock {
  const ending = extname(path);
  if (ending.endsWith('ts') && !('typescript' in process.features && process.features.typescript))
    throw new UsageError(
      `${path}: Node ${process.versions.node} does not run TypeScript: use Node 22.18 or later, or compile it: npx esbuild ${path} --outfile=${path.slice(0, -ending.length)}.mjs`,
    );
  const folder = mkdtempSync(join(tmpdir(), 'meanfield-block-'));
  const copy = join(folder, blockCopy(path));
  try {
    writeFileSync(copy, source);
    // Synchronous, as loading a trained net is.
    return createRequire(copy)(copy) as OwnBlock;
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    const missing = /^Cannot find (?:module|package) '([^']+)'/.exec(text)?.[1];
    if (missing !== undefined)
      throw new UsageError(
        `${path} imports ${missing}: a block is one file without imports; operators are in the last argument of init and forward (types: import type)`,
      );
    throw new UsageError(`${path} cannot be loaded: ${text.split('\n')[0]!.replaceAll(copy, 'it')}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
