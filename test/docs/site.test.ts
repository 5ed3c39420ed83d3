/** The site has every page once. `npm run docs:build` builds it; it takes too long for the suite. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { isPage, repositoryPages, root, sitePath, titleOf } from '../../docs/.vitepress/pages.ts';
import { orderedPages, sidebar } from '../../docs/.vitepress/sidebar.ts';
import { prose } from './markdown.ts';

const pages = repositoryPages();

it('every page of the repository is in one group of the sidebar', () => {
  const ordered = Object.values(orderedPages(pages)).flat();
  expect(pages.length).toBeGreaterThan(30);
  expect([...ordered].sort()).toEqual([...pages].sort());
  expect(Object.values(orderedPages(['docs/new.md'])).flat()).toEqual(['docs/new.md']);
});

it('every page has a title, a path of its own, and a link', () => {
  for (const page of pages) expect(titleOf(page), page).not.toBe(page);
  expect(new Set(pages.map(sitePath)).size).toBe(pages.length);
  const links = sidebar().flatMap(({ items }) => items.map(({ link }) => link));
  expect(links).toContain('/');
  expect(links).toContain('/theory/c02h');
  expect(links).toContain('/contributing');
});

it('no page has words in angle brackets, which the site would take for elements', () => {
  const elements = new Set(['a', 'br', 'img', 'p', 'sub', 'sup', 'details', 'summary']);
  const tag = /<\/?([a-z][\w-]*)(?:\s+[\w:.-]+(?:="[^"]*")?)*\s*\/?>/gi;
  const tags = pages.flatMap((page) => {
    const text = readFileSync(join(root, page), 'utf8').replace(/<!--.*?-->/gs, '');
    const outsideCode = prose(text).replace(/^ {4}.*$|`[^`]*`/gm, '');
    return [...outsideCode.matchAll(tag)].flatMap(([, name = '']) =>
      elements.has(name) ? [] : [`${page}: <${name}>`],
    );
  });
  expect(tags).toEqual([]);
});

it('tables in the folders of results, tools of the site and sources are not pages', () => {
  for (const file of ['docs/results/fast/table.md', 'docs/.vitepress/x.md', 'src/x.md', 'build/site/x.md'])
    expect(isPage(file), file).toBe(false);
  expect(existsSync(join(root, 'docs/results/fast/table.md'))).toBe(true);
});
