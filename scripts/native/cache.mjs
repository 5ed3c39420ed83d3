// Built addons in the user's cache folder: a second checkout or installation with the same sources and libtorch
// compiles nothing. A file's name is its key and the digest of its content, so that damage is noticed and two
// processes never write the same file with different content.
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { removeAbandoned, replaceFile, sha256 } from './files.mjs';

const maxAddons = 8;

function folder() {
  const { XDG_CACHE_HOME } = process.env;
  // The XDG specification has relative paths ignored.
  const base = XDG_CACHE_HOME?.startsWith('/') ? XDG_CACHE_HOME : join(homedir(), '.cache');
  return join(base, 'meanfield', 'addons');
}

function names() {
  try {
    return readdirSync(folder()).filter((name) => name.endsWith('.node'));
  } catch {
    return [];
  }
}

const pathOf = (name) => join(folder(), name);

/** The content of the addon with this key, or undefined. Removes damaged files. */
export function findCached(key) {
  for (const name of names().filter((one) => one.startsWith(`${key}-`)))
    try {
      const content = readFileSync(pathOf(name));
      if (name === `${key}-${sha256(content)}.node`) {
        touch(pathOf(name));
        return content;
      }
      console.error(`build: ${pathOf(name)} is damaged: removed`);
      rmSync(pathOf(name), { force: true });
    } catch {
      // Another process removed it, or it is not readable.
    }
  return undefined;
}

/** Marks it as used: the addons that were used last are kept. */
function touch(file) {
  try {
    utimesSync(file, new Date(), new Date());
  } catch {
    // A cache of another user.
  }
}

/** Stores an addon. The cache saves time only: a full or read-only disk is a remark. */
export function cache(key, content) {
  try {
    mkdirSync(folder(), { recursive: true });
    replaceFile(pathOf(`${key}-${sha256(content)}.node`), content);
    prune();
  } catch (error) {
    console.error(`build: the addon is not cached (${error.message})`);
  }
}

function prune() {
  removeAbandoned(folder());
  const byAge = names()
    .map((name) => ({ name, used: statSync(pathOf(name), { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
    .sort((a, b) => b.used - a.used);
  for (const { name } of byAge.slice(maxAddons)) rmSync(pathOf(name), { force: true });
}
