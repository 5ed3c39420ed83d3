/** Links between the Markdown files, to sections of them, to images and to sources. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { repositoryPages, root, slugOf } from '../../docs/.vitepress/pages.ts';
import { temporaryFolder } from '../../src/test-folder.ts';
import { headingsOf, linksOf } from './markdown.ts';

/** Anchors of a page; a repeated heading gets a number. */
function anchorsOf(text: string): Set<string> {
  const counts = new Map<string, number>();
  return new Set(
    headingsOf(text).map((heading) => {
      const slug = slugOf(heading);
      const count = counts.get(slug) ?? 0;
      counts.set(slug, count + 1);
      return count === 0 ? slug : `${slug}-${count}`;
    }),
  );
}

/** `page:line: what is wrong` */
function deadLinks(page: string, folder: string): string[] {
  const file = join(folder, page);
  return linksOf(readFileSync(file, 'utf8')).flatMap(({ path, anchor, line }) => {
    const target = path === '' ? file : join(dirname(file), path);
    const where = `${page}:${line}: ${path}`;
    if (!existsSync(target)) return [`${where} does not exist`];
    if (anchor === undefined || !target.endsWith('.md')) return [];
    return anchorsOf(readFileSync(target, 'utf8')).has(anchor) ? [] : [`${where}#${anchor} is not a section`];
  });
}

it.each(repositoryPages())('every link of %s leads to a file and a section', (page) => {
  expect(deadLinks(page, root)).toEqual([]);
});

it('dead links, sections and images are found, in Markdown and HTML', () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'docs'));
  writeFileSync(join(folder, 'docs/b.md'), '# The `b` page\n\n## Two words\n\n## Two words\n');
  writeFileSync(
    join(folder, 'a.md'),
    [
      '# A',
      '[good](docs/b.md#two-words-1) [page](docs/b.md#the-b-page) [own](#a) [web](https://example.org/x)',
      '[file](docs/c.md) [section](docs/b.md#three-words)',
      '<img src="docs/x.svg" width="1">',
      '`[code](no.md)`',
      '```sh',
      '[code](no.md)',
      '```',
      '[own](#b) ![image](y.png "title")',
    ].join('\n'),
  );
  expect(deadLinks('a.md', folder)).toEqual([
    'a.md:3: docs/c.md does not exist',
    'a.md:3: docs/b.md#three-words is not a section',
    'a.md:4: docs/x.svg does not exist',
    'a.md:9: #b is not a section',
    'a.md:9: y.png does not exist',
  ]);
});
