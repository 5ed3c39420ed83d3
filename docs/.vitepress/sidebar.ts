/** The order of the pages. A page that no entry names is a guide. */
import { apiPages, repositoryPages, sitePath, titleOf } from './pages.ts';

interface SidebarItem {
  readonly text: string;
  readonly link: string;
}

interface SidebarGroup {
  text: string;
  collapsed: boolean;
  items: SidebarItem[];
}

/** Files, or folders with a slash at the end, in order. */
const groups: Readonly<Record<string, readonly string[]>> = {
  'First steps': ['README.md', 'docs/first-steps.md', 'docs/troubleshooting.md'],
  Tutorials: ['docs/tutorials/README.md', 'docs/tutorials/'],
  Guides: [
    'docs/training.md',
    'docs/models.md',
    'docs/training.md',
    'docs/weights.md',
    'docs/analysis.md',
    'docs/studio.md',
    'docs/trackers.md',
    'docs/reproduce.md',
    'docs/results/README.md',
  ],
  Theory: ['docs/paper-to-code.md', 'docs/notation.md', 'docs/theory/README.md', 'docs/theory/'],
  Reference: ['docs/reference/README.md', 'docs/reference/', 'docs/compatibility.md'],
  Design: ['docs/design/README.md', 'docs/design/', 'CONTRIBUTING.md', 'CHANGELOG.md'],
};
const rest = 'Guides';
/** Open when a page is loaded. */
const open = new Set(['First steps', 'Tutorials', 'Guides']);

/** The pages of each group, in order; every page is in one group. */
export function orderedPages(pages: readonly string[]): Readonly<Record<string, readonly string[]>> {
  const left = new Set(pages);
  const take = (entry: string): string[] => {
    const found = [...left].filter((page) => (entry.endsWith('/') ? page.startsWith(entry) : page === entry));
    for (const page of found) left.delete(page);
    return found;
  };
  const ordered = Object.entries(groups).map(([title, entries]) => [title, entries.flatMap(take)] as const);
  return Object.fromEntries(
    ordered.map(([title, own]) => [title, title === rest ? [...own, ...left] : own] as const),
  );
}

const linkTo = (file: string): string =>
  `/${sitePath(file)
    .replace(/(^|\/)index\.md$/, '$1')
    .replace(/\.md$/, '')}`;
const item = (file: string, text = titleOf(file)): SidebarItem => ({ text, link: linkTo(file) });

/** `build/api/meanfield/io.md` -> `meanfield/io` */
const entryPoint = (file: string): string =>
  file
    .replace('build/api/', '')
    .replace(/(\/README)?\.md$/, '')
    .replace('/namespaces/', ': ');

export function sidebar(): SidebarGroup[] {
  const api = apiPages().filter((file) => file !== 'build/api/README.md');
  const found = Object.entries(orderedPages(repositoryPages())).map(([text, files]) => ({
    text,
    collapsed: !open.has(text),
    items: files.map((file) => (file === 'README.md' ? item(file, 'Overview') : item(file))),
  }));
  const library = {
    text: 'Library',
    collapsed: true,
    items: api.map((file) => item(file, entryPoint(file))),
  };
  const at = found.findIndex(({ text }) => text === 'Design');
  return [...found.slice(0, at), ...(api.length > 0 ? [library] : []), ...found.slice(at)].filter(
    ({ items }) => items.length > 0,
  );
}
