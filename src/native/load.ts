/**
 * Finds, checks and loads the native addon on first use. Its errors are help pages: what was found, what is required,
 * what was tried, and the next command.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MissingEnvironmentError } from '../errors.ts';
import type { Addon } from './addon.ts';
import { meanfieldCommand, setupCommand } from '../program.ts';

/** Build facts that `scripts/build-native.mjs` writes beside the addon. */
export interface BuildFacts {
  readonly torchVersion: string;
  /** How libtorch was found: LIBTORCH, LIBTORCH_USE_PYTORCH or system. */
  readonly found: string;
  readonly lib: string;
  readonly cuda: boolean;
  /** Libraries that libtorch's CUDA needs and this system lacks; absent in facts of older builds, as are the next two. */
  readonly cudaMissing?: readonly string[];
  /** The ABI of std::string: '1' is that of C++11. */
  readonly abi?: string;
  readonly standard?: string;
  readonly library: { readonly path: string; readonly size: number };
}

/** The root of the package: this file is in src/native or dist/native. */
export const packageRoot = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** The folder of the built addon. */
export function buildFolder(): string {
  return process.env.MEANFIELD_BUILD_DIR ?? join(packageRoot, 'build');
}

const mend = (): string =>
  `next: \`${setupCommand()}\` builds it and names what is missing; \`${meanfieldCommand('doctor')}\` lists everything`;

function help(problem: string, cause?: unknown): MissingEnvironmentError {
  return new MissingEnvironmentError(`cannot load libtorch: ${problem}; ${mend()}`, cause);
}

/** The facts of the last build. @throws MissingEnvironmentError if the addon was never built */
export function readBuildFacts(): BuildFacts {
  const file = join(buildFolder(), 'build.json');
  if (!existsSync(file) || !existsSync(join(buildFolder(), 'meanfield.node')))
    throw help(`the native addon is not built (no ${join(buildFolder(), 'meanfield.node')})`);
  let facts: Partial<BuildFacts> | null;
  try {
    facts = JSON.parse(readFileSync(file, 'utf8')) as Partial<BuildFacts> | null;
  } catch (cause) {
    throw help(`${file} is not readable`, cause);
  }
  if (typeof facts?.library?.path !== 'string' || typeof facts.lib !== 'string' || !facts.torchVersion)
    throw help(`${file} does not say what the addon was built against`);
  return facts as BuildFacts;
}

function isWithin(folder: string, file: string): boolean {
  const path = relative(resolve(folder), resolve(file));
  return path !== '..' && !path.startsWith('../') && !isAbsolute(path);
}

/** Rejects a libtorch other than the one the addon was compiled against: their layouts may differ. */
function checkLibrary(facts: BuildFacts): void {
  if (process.env.LIBTORCH_BYPASS_VERSION_CHECK === '1') return;
  const { path, size } = facts.library;
  const built = `the addon was built against libtorch ${facts.torchVersion} at ${path}`;
  if (!existsSync(path)) throw help(`${built}, which no longer exists`);
  const found = statSync(path).size;
  if (found !== size)
    throw help(
      `wrong libtorch: ${built} (${size} bytes), but that file now has ${found} bytes: it was replaced; rebuild`,
    );
  const wanted = process.env.LIBTORCH;
  if (wanted && !isWithin(wanted, path) && !isWithin(process.env.LIBTORCH_LIB ?? wanted, facts.lib))
    throw help(`wrong libtorch: LIBTORCH is ${wanted}, but ${built}; rebuild`);
  const other = otherLibtorch(facts);
  if (other !== undefined)
    throw help(
      `another libtorch, ${other}, is already loaded in this process, and ${built}: build both copies of the package against the same libtorch`,
    );
}

/** Another libtorch that is already loaded into this process, if any: two cannot coexist. */
function otherLibtorch({ library }: BuildFacts): string | undefined {
  if (!existsSync('/proc/self/maps')) return undefined;
  const mapped = readFileSync('/proc/self/maps', 'utf8').matchAll(/\/.*\/libtorch_cpu[^/\n]*$/gm);
  return Array.from(mapped, ([path]) => path).find((path) => path !== library.path);
}

let loaded: Addon | undefined;

/** The addon. @throws MissingEnvironmentError if libtorch or the addon is missing or incompatible */
export function native(): Addon {
  if (loaded) return loaded;
  const facts = readBuildFacts();
  checkLibrary(facts);
  const file = join(buildFolder(), 'meanfield.node');
  let addon: Addon;
  try {
    addon = createRequire(import.meta.url)(file) as Addon;
  } catch (cause) {
    const reason = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause);
    throw help(
      `${file} was built against libtorch ${facts.torchVersion} but does not load (${reason})`,
      cause,
    );
  }
  tuneAllocator(addon);
  loaded = addon;
  return addon;
}

/** Runs `body` with another object in place of the addon. */
export function withAddon<T>(addon: Addon, body: () => T): T {
  const before = native();
  loaded = addon;
  try {
    return body();
  } finally {
    loaded = before;
  }
}

/** Whether this thread has loaded the addon. */
export function isLoaded(): boolean {
  return loaded !== undefined;
}

/** Training steps free and request the same hundreds of megabytes: keep them (docs/design/engine.md). */
function tuneAllocator(addon: Addon): void {
  if (process.env.MEANFIELD_KEEP_MEMORY !== '0') addon.keepFreedMemory();
}
