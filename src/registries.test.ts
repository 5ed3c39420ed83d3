/** Each extension that docs/design/extending.md describes is registered: a file that no registry names does nothing. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const read = (...path: readonly string[]): string => readFileSync(join(import.meta.dirname, ...path), 'utf8');
const sourcesIn = (folder: string): string[] =>
  readdirSync(join(import.meta.dirname, folder), { recursive: true, encoding: 'utf8' }).filter(
    (file) => /\.tsx?$/.test(file) && !file.endsWith('.test.ts'),
  );

/** Files whose text has the pattern, and that the registry does not import. */
function unregistered(folder: string, pattern: RegExp, registry: string): string[] {
  const imported = read(folder, registry);
  const found = sourcesIn(folder).filter((file) => pattern.test(read(folder, file)));
  expect(found.length, `files in ${folder}`).toBeGreaterThan(1);
  return found.filter((file) => !imported.includes(`'./${file}'`));
}

describe('every file is in its registry', () => {
  it.each([
    ['schemes', 'mean-field/schedules', / implements Schedule \{/, 'all.ts'],
    ['kinds of block', 'models/blocks', /^export const \w+: BlockDefinition/m, 'all.ts'],
    ['claims', 'theory/claims', /^export const \w+: Claim\b/m, 'all.ts'],
    ['lab views', 'studio/lab/views', /^export const \w+ = defineView\(/m, 'all.ts'],
    ['export formats', 'export', /^export const \w+: Format\b/m, 'all.ts'],
    ['trackers', 'trackers', /^export const \w+: Tracker\b/m, 'all.ts'],
    ['figures', 'pictures', /^export function \w+\([^)]*FigureRun[^)]*\): Figure/m, 'index.ts'],
  ])('%s', (_, folder, pattern, registry) => {
    expect(unregistered(folder, pattern, registry)).toEqual([]);
  });

  it('figures: each is in one of the three lists', () => {
    const index = read('pictures/index.ts');
    const lists = /^const figures = \{.*?^\}/ms.exec(index)![0];
    const names = sourcesIn('pictures').flatMap((file) =>
      [...read('pictures', file).matchAll(/^export function (\w+)\([^)]*FigureRun[^)]*\): Figure/gm)].map(
        ([, name]) => name!,
      ),
    );
    expect(names.filter((name) => !new RegExp(`\\b${name}\\b`).test(lists))).toEqual([]);
  });
});

it('every setting of the table is read somewhere', () => {
  const table = read('train/settings/table.ts');
  const settings = [...table.matchAll(/^ {2}(\w+): (?:defaulted|optional)/gm)].map(([, name]) => name!);
  expect(settings.length).toBeGreaterThan(30);
  const code = ['train', 'data', 'optim']
    .flatMap((folder) => sourcesIn(folder).map((file) => join(folder, file)))
    .filter((file) => !file.startsWith(join('train', 'settings')))
    .map((file) => read(file).replace(/\/\*\*.*?\*\//gs, ''))
    .join('\n');
  expect(settings.filter((name) => !new RegExp(`\\b${name}\\b`).test(code))).toEqual([]);
});
