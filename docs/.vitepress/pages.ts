/** The Markdown files that are pages, their titles, and their paths on the site. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '..', '..');

/** Pages outside `docs/`. */
const fromRoot = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md'];

const markdownIn = (folder: string): string[] =>
  existsSync(join(root, folder))
    ? readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
        .map((file) => `${folder}/${file}`)
        .filter(isPage)
        .sort()
    : [];

/** Every page that the repository holds, relative to its root. */
export const repositoryPages = (): string[] => [...fromRoot, ...markdownIn('docs')];

/** The pages of the API, if typedoc has written them. */
export const apiPages = (): string[] => markdownIn('build/api');

/** Tables in the folders of results are parts of other pages. */
export const isPage = (file: string): boolean =>
  fromRoot.includes(file) || /^(docs|build\/api)\/(?!\.|results\/.*\/).*\.md$/.test(file);

/** `docs/theory/README.md` -> `theory/index.md` */
export const sitePath = (file: string): string =>
  file
    .replace(/^docs\//, '')
    .replace(/^build\//, '')
    .replace(/(^|\/)README\.md$/, '$1index.md')
    .replace(/^[A-Z]+\.md$/, (name) => name.toLowerCase());

/** The first heading of a page. */
export function titleOf(file: string): string {
  const [, title = file] = /^# (.+)$/m.exec(readFileSync(join(root, file), 'utf8')) ?? [];
  return title.replace(/[`*]/g, '').replaceAll('\\', '');
}

/** The anchor of a heading, as code hosts make it. */
export const slugOf = (heading: string): string =>
  heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-');
