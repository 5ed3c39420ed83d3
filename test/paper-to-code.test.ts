/** docs/paper-to-code.md names functions, files, claims and presets: they exist, and no claim or preset is left out. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { presetNames } from '../src/studio/lab/index.ts';
import { claims } from '../src/theory/index.ts';
import { entryPoints, published } from './published.ts';

const docs = join(import.meta.dirname, '..', 'docs');
const page = readFileSync(join(docs, 'paper-to-code.md'), 'utf8');
const matches = (pattern: RegExp): string[] => [...page.matchAll(pattern)].map(([, name]) => name!);

it('links every claim', () => {
  const linked = new Set(matches(/\[(C\w+)\]\(theory\/c\w+\.md\)/g));
  expect([...linked].sort()).toEqual(claims.map(({ id }) => id).sort());
});

it('names every preset of the lab, and no other', () => {
  const lastCells = matches(/\|([^|\n]*)\|\n/g).join();
  const named = [...lastCells.matchAll(/`([a-z0-9-]+)`/g)].map(([, name]) => name);
  expect([...new Set(named)].sort()).toEqual([...presetNames].sort());
});

const functions = [...page.matchAll(/\[`(\w+)`\]\(([^)]+)\)/g)].map(
  ([, name, file]) => [name!, file!] as const,
);

it('names functions that the package exports', async () => {
  const exported = new Set<string>();
  for (const entry of entryPoints)
    for (const name of Object.keys(await published<object>(entry))) exported.add(name);
  expect(functions.length).toBeGreaterThan(25);
  expect(functions.map(([name]) => name).filter((name) => !exported.has(name))).toEqual([]);
});

it.each(functions)('finds %s in %s', (name, file) => {
  expect(readFileSync(join(docs, file), 'utf8')).toMatch(
    new RegExp(`export (const|class|(async )?function) ${name}\\b`),
  );
});
