/** The cells of the notebook run one after the other: in Node, and in Deno if that is installed. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from '../../docs/.vitepress/pages.ts';
import { environment } from '../command/command.ts';
import { runSource } from '../run-source.ts';

interface Notebook {
  readonly cells: readonly { readonly cell_type: string; readonly source: readonly string[] }[];
}
const { cells } = JSON.parse(readFileSync(join(root, 'examples/first-flow.ipynb'), 'utf8')) as Notebook;
const code = cells
  .filter((cell) => cell.cell_type === 'code')
  .map(({ source }) => source.join(''))
  .join('\n');
const found = /E\(rho\) 0\.3459\d*\nE after 200 steps 0\.0\d+/;

it('its cells run in Node', () => {
  expect(runSource(code)).toMatch(found);
});

const hasDeno = spawnSync('deno', ['--version']).status === 0;
it.skipIf(!hasDeno)(`its cells run in Deno${hasDeno ? '' : ' (skipped: deno is not installed)'}`, () => {
  const folder = mkdtempSync(join(root, 'build', 'deno-'));
  try {
    writeFileSync(join(folder, 'cells.ts'), code);
    const words = ['run', '-A', '--no-check', '--node-modules-dir=manual', 'cells.ts'];
    const { stdout, stderr } = spawnSync('deno', words, { cwd: folder, encoding: 'utf8', env: environment });
    expect(stdout, stderr).toMatch(found);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
