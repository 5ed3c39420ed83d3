/** Links between Markdown files, as the repository has them, become links of the site. */
import { cpSync, createReadStream, existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import type { MarkdownRenderer, Plugin } from 'vitepress';
import { isPage, root, sitePath } from './pages.ts';

/** Files of the repository that pages link to; the site has copies of them. */
const linked = new Set<string>();
const folder = 'files';
/** Sources are shown as text: servers know `.ts` as a film. */
const copyOf = (file: string): string => `${folder}/${file}${/\.(ts|py|mjs|h|cc)$/.test(file) ? '.txt' : ''}`;

/** @param from - the file with the link */
function siteLink(href: string, from: string): { href: string; isCopy?: true } {
  if (/^([a-z]+:|#|\/)/i.test(href)) return { href };
  const [path = '', hash] = href.split('#');
  const target = relative(root, resolve(dirname(from), decodeURI(path)));
  const index = join(target, 'README.md');
  const page = isPage(target) ? target : existsSync(join(root, index)) ? index : undefined;
  const anchor = hash === undefined ? '' : `#${hash}`;
  if (page !== undefined) return { href: `/${sitePath(page)}${anchor}` };
  linked.add(target);
  return { href: `/${copyOf(target)}`, isCopy: true };
}

interface Environment {
  readonly realPath?: string;
}

/** Vue resolves relative sources of images only with a leading dot. */
const withDots = (html: string): string => html.replace(/\ssrc="(?!\w+:|[./])/g, (found) => `${found}./`);

export function rewriteLinks(markdown: MarkdownRenderer): void {
  markdown.core.ruler.push('site_links', (state) => {
    const { realPath } = state.env as Environment;
    for (const token of state.tokens.flatMap((one) => [one, ...(one.children ?? [])])) {
      if (token.type === 'html_block' || token.type === 'html_inline')
        token.content = withDots(token.content);
      const href = token.type === 'link_open' ? token.attrGet('href') : null;
      if (href === null || realPath === undefined || token.attrGet('class') === 'header-anchor') continue;
      const link = siteLink(href, realPath);
      token.attrSet('href', link.href);
      if (link.isCopy) token.attrSet('target', '_blank');
    }
  });
}

const isFile = (file: string): boolean =>
  statSync(join(root, file), { throwIfNoEntry: false })?.isFile() ?? false;

/** Serves and copies the linked files. */
export const sourceFiles: Plugin = {
  name: 'linked-files',
  configureServer(server) {
    server.middlewares.use(`/${folder}`, (request, response, next) => {
      const file = [...linked].find((one) => `/${copyOf(one)}` === `/${folder}${request.url ?? ''}`);
      if (file === undefined || !isFile(file)) next();
      else createReadStream(join(root, file)).pipe(response.setHeader('content-type', 'text/plain'));
    });
  },
  closeBundle() {
    for (const file of linked) {
      if (!isFile(file)) throw new Error(`a page links to ${file}, which is not a file`);
      const copy = join(root, 'build', 'site', copyOf(file));
      mkdirSync(dirname(copy), { recursive: true });
      cpSync(join(root, file), copy);
    }
  },
};
