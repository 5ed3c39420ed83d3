// Detects whether the inputs of a step have changed since its last run, by content: copied trees and branch switches
// are handled.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from './steps.mjs';

const stampOf = (name) => join(root, 'node_modules', '.meanfield-setup', name);

function filesOf(path) {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

/** One hash for files, folders and words. */
export function digest(inputs, ...words) {
  const hash = createHash('sha256').update(words.join('\n'));
  for (const input of inputs)
    for (const file of filesOf(join(root, input)))
      hash.update(`\n${file.slice(root.length)}\n`).update(readFileSync(file));
  return hash.digest('hex');
}

export function remembered(name) {
  return existsSync(stampOf(name)) ? readFileSync(stampOf(name), 'utf8') : undefined;
}

export function remember(name, stamp) {
  mkdirSync(dirname(stampOf(name)), { recursive: true });
  writeFileSync(stampOf(name), stamp);
}
