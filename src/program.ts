/** How to call `meanfield` from the current folder, for every command line that is printed. */
import { accessSync, constants, existsSync, realpathSync } from 'node:fs';
import { basename, delimiter, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { commandLine, pathArgument } from './command-line.ts';

/** The same from src and from dist. */
const packageFolder = dirname(dirname(fileURLToPath(import.meta.url)));

/** A word of a command line; paths are never parsed as flags. */
type Word = string | { readonly path: string };

/**
 * A command line to paste into a shell: `npx meanfield evaluate 'my runs/1'`. It begins with
 *
 * - `meanfield` if the command is installed globally,
 * - `npx meanfield` in a project that depends on the package, and in the package's own folder,
 * - else `node` and the running file.
 *
 * @param words - the words after the command
 */
export function meanfieldCommand(...words: readonly Word[]): string {
  return commandLine([
    ...programAt(process.cwd()),
    ...words.map((word) => (typeof word === 'string' ? word : pathArgument(word.path))),
  ]);
}

/**
 * The command that builds what is missing, from the current folder: `npx meanfield setup` if npm installed the package,
 * `npm run setup` in a checkout, which also compiles the sources.
 *
 * @param folder - the package's folder
 */
export function setupCommand(folder: string = packageFolder): string {
  if (!isCheckout(folder)) return meanfieldCommand('setup');
  return commandLine(['npm', ...(isInPackage(process.cwd()) ? [] : ['--prefix', folder]), 'run', 'setup']);
}

/** Whether the folder is a checkout, and not a package that npm installed; scripts/setup/steps.mjs asks the same. */
const isCheckout = (folder: string): boolean => existsSync(join(folder, 'tsconfig.build.json'));

/**
 * The words that call the command from a folder.
 *
 * @param search - folders of the shell's PATH; default: PATH without the folders that npm adds for a script
 */
export function programAt(folder: string, search: readonly string[] = shellPath()): readonly string[] {
  const file = join(packageFolder, 'bin', 'meanfield.js');
  const isOurs = (path: string): boolean => real(path) === real(file);
  const installed = search.map((dir) => join(dir, 'meanfield')).find(isExecutable);
  if (installed !== undefined && isOurs(installed)) return ['meanfield'];
  const projects = parentsOf(folder).map((dir) => join(dir, 'node_modules', '.bin', 'meanfield'));
  const local = projects.find((path) => existsSync(path));
  if (local === undefined ? isInPackage(folder) : isOurs(local)) return ['npx', 'meanfield'];
  const near = relative(folder, file);
  return ['node', near.startsWith('..') ? file : near];
}

const shellPath = (): string[] =>
  (process.env.PATH ?? '')
    .split(delimiter)
    .filter((dir) => dir !== '' && basename(dir) !== '.bin' && basename(dir) !== 'node-gyp-bin');

function real(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The folder and its ancestors. */
function parentsOf(folder: string): string[] {
  const parents = [resolve(folder)];
  for (let at = parents[0]!; dirname(at) !== at; at = dirname(at)) parents.push(dirname(at));
  return parents;
}

/** Whether npm considers the folder part of this package, not of another project. */
function isInPackage(folder: string): boolean {
  const project = parentsOf(folder).find((dir) =>
    ['package.json', 'node_modules'].some((name) => existsSync(join(dir, name))),
  );
  return project !== undefined && real(project) === real(packageFolder);
}
