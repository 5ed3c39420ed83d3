/** The built page: index.html with the token of this start and how the command is called here, and what belongs to it. */
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { Context, Hono } from 'hono';
import { MissingEnvironmentError } from '../../errors.ts';
import { ApiError } from './api-error.ts';
import type { StudioEnvironment } from './body.ts';
import { meanfieldCommand, packageScript } from '../../program.ts';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
  '.ttf': 'font/ttf',
  '.txt': 'text/plain; charset=utf-8',
};

/** Vite's names hold a hash of the content: what has such a name never changes. */
const isHashed = (path: string): boolean => /^assets\/.+-[\w-]{8}\.\w+$/.test(path);

export const newToken = (): string => randomBytes(24).toString('base64url');

/** Paths of the files in a folder, with `/`. */
function filesIn(folder: string): Set<string> {
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  const from = folder.length + 1;
  return new Set(
    entries
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name).slice(from).replaceAll('\\', '/')),
  );
}

/** @throws MissingEnvironmentError if the page was not built */
export function checkPage(folder: string): void {
  if (!existsSync(join(folder, 'index.html')))
    throw new MissingEnvironmentError(
      `the page of the Studio is missing (${join(folder, 'index.html')}): run: ${packageScript('build')}`,
    );
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');

/** A page with the content of its `<meta name="..">`, which it need not have. */
function withMeta(html: string, name: string, content: string): string {
  const old = new RegExp(`<meta name="${name}"[^>]*>`);
  const tag = `<meta name="${name}" content="${escaped(content)}" />`;
  return old.test(html) ? html.replace(old, () => tag) : html.replace('<head>', () => `<head>\n    ${tag}`);
}

/** index.html with the token of the server, and with how `meanfield` is called in the folder where it runs. */
function indexWith(token: string, folder: string): string {
  checkPage(folder);
  const html = readFileSync(join(folder, 'index.html'), 'utf8');
  return withMeta(withMeta(html, 'studio-token', token), 'studio-program', meanfieldCommand());
}

/**
 * Serves the page at `/` and its files below; there is no other way to name a file than one that it has.
 *
 * @param onOpened - told that the page is being opened
 */
export function addPage(
  app: Hono<StudioEnvironment>,
  folder: string,
  token: string,
  onOpened: () => void,
): void {
  let files = new Set<string>();
  app.get('/', (c) => {
    // Built anew since the start: its files have other names.
    files = filesIn(folder);
    onOpened();
    c.header('Cache-Control', 'no-store');
    return c.html(indexWith(token, folder));
  });
  app.get('/*', (c: Context) => {
    const path = c.req.path.slice(1);
    if (files.size === 0) files = filesIn(folder);
    if (!files.has(path) || path === 'index.html')
      throw new ApiError(404, `there is nothing at ${JSON.stringify(c.req.path.slice(0, 200))}`);
    c.header('Cache-Control', isHashed(path) ? 'public, max-age=31536000, immutable' : 'no-cache');
    c.header('Content-Type', types[extname(path)] ?? 'application/octet-stream');
    return c.body(new Uint8Array(readFileSync(join(folder, path))));
  });
}
