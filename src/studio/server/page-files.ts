/** Serves the built page: index.html with the server's token and program name inserted, and its assets. */
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { Context, Hono } from 'hono';
import { MissingEnvironmentError } from '../../errors.ts';
import { ApiError } from './api-error.ts';
import type { StudioEnvironment } from './body.ts';
import { meanfieldCommand, setupCommand } from '../../program.ts';

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

/** Vite puts a content hash into file names; such files never change. */
const isHashed = (path: string): boolean => /^assets\/.+-[\w-]{8}\.\w+$/.test(path);

export const newToken = (): string => randomBytes(24).toString('base64url');

/** Relative paths of the files in a folder, with `/`. */
function filesIn(folder: string): Set<string> {
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  const from = folder.length + 1;
  return new Set(
    entries
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name).slice(from).replaceAll('\\', '/')),
  );
}

/** @throws MissingEnvironmentError if the page has not been built */
export function checkPage(folder: string): void {
  if (!existsSync(join(folder, 'index.html')))
    throw new MissingEnvironmentError(
      `the page of the Studio is missing (${join(folder, 'index.html')}): run: ${setupCommand()}`,
    );
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');

/** Sets the content of a `<meta name="..">` tag, if the page has one. */
function withMeta(html: string, name: string, content: string): string {
  const old = new RegExp(`<meta name="${name}"[^>]*>`);
  const tag = `<meta name="${name}" content="${escaped(content)}" />`;
  return old.test(html) ? html.replace(old, () => tag) : html.replace('<head>', () => `<head>\n    ${tag}`);
}

/** index.html with the server's token and the way `meanfield` is called in this folder. */
function indexWith(token: string, folder: string): string {
  checkPage(folder);
  const html = readFileSync(join(folder, 'index.html'), 'utf8');
  return withMeta(withMeta(html, 'studio-token', token), 'studio-program', meanfieldCommand());
}

/**
 * Serves the page at `/` and its files below. Only known file names are served.
 *
 * @param onOpened - called when the page is requested
 */
export function addPage(
  app: Hono<StudioEnvironment>,
  folder: string,
  token: string,
  onOpened: () => void,
): void {
  let files = new Set<string>();
  app.get('/', (c) => {
    // After a rebuild the file names differ.
    files = filesIn(folder);
    onOpened();
    c.header('Cache-Control', 'no-store');
    return c.html(indexWith(token, folder));
  });
  app.get('/*', (c: Context) => {
    const path = c.req.path.slice(1);
    if (files.size === 0) files = filesIn(folder);
    if (!files.has(path) || path === 'index.html')
      throw new ApiError(404, `not found: ${JSON.stringify(c.req.path.slice(0, 200))}`);
    c.header('Cache-Control', isHashed(path) ? 'public, max-age=31536000, immutable' : 'no-cache');
    c.header('Content-Type', types[extname(path)] ?? 'application/octet-stream');
    return c.body(new Uint8Array(readFileSync(join(folder, path))));
  });
}
