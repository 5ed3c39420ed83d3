// Whether the inputs of a step have changed since it last ran: by content, so that a copied or freshly cloned tree is right too.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './steps.mjs';

const folder = join(root, 'node_modules', '.meanfield-setup');

function filesOf(path) {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

function digest(inputs) {
  const hash = createHash('sha256').update(process.versions.modules);
  for (const input of inputs)
    for (const file of filesOf(join(root, input)))
      hash.update(file.slice(root.length)).update(readFileSync(file));
  return hash.digest('hex');
}

export function changed(name, inputs) {
  const stamp = join(folder, name);
  return !existsSync(stamp) || readFileSync(stamp, 'utf8') !== digest(inputs);
}

export function remember(name, inputs) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), digest(inputs));
}
