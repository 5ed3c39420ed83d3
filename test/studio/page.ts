/**
 * The Studio as a user sees it: the page built from source, its server on a real port, a folder of runs, and
 * Chromium.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { build } from 'vite';
import { startStudio, type Studio } from '../../src/studio/server/index.ts';

export interface StudioFixture {
  readonly runs: string;
  readonly studio: Studio;
  readonly browser: Browser;
  /** Opens a page at `#...` and waits until it has drawn; its errors are collected. */
  readonly open: (hash: string, options?: BrowserContextOptions) => Promise<Opened>;
  /** Restarts the server on its port after it was closed. */
  readonly restart: () => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface Opened {
  readonly page: Page;
  /** Console and script errors, one line each. */
  readonly errors: string[];
  readonly done: () => Promise<void>;
}

/** The default path on Debian and others; CHROMIUM overrides it. */
export const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** @param write - fills the runs folder before the server reads it */
export async function openStudio(write: (runs: string) => void | Promise<void>): Promise<StudioFixture> {
  const base = mkdtempSync(join(tmpdir(), 'studio-browser-'));
  const [runs, page] = [join(base, 'runs'), join(base, 'page')];
  // Built from source, since dist/page may be outdated.
  await build({ logLevel: 'error', build: { outDir: page, emptyOutDir: true } });
  await write(runs);
  let studio = await startStudio({ root: runs, page, port: 0 });
  const { port } = studio;
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  return {
    runs,
    browser,
    get studio() {
      return studio;
    },
    open: async (hash, options = {}) => {
      const context = await browser.newContext({
        viewport: { width: 1440, height: 900 },
        acceptDownloads: true,
        ...options,
      });
      const tab = await context.newPage();
      const errors: string[] = [];
      tab.on('console', (message) => {
        if (message.type() === 'error' || message.type() === 'warning')
          errors.push(`${message.type()}: ${message.text()}`);
      });
      tab.on('pageerror', (error) => errors.push(`script: ${error.message}`));
      await tab.goto(`${studio.url}${hash}`);
      await tab.locator('main h1, main h2').first().waitFor();
      return { page: tab, errors, done: () => context.close() };
    },
    restart: async () => {
      studio = await startStudio({ root: runs, page, port });
    },
    close: async () => {
      await browser.close();
      await studio.close();
      rmSync(base, { recursive: true, force: true });
    },
  };
}

/** The state of the page as in its URL, decoded. */
export const hashOf = (page: Page): string => decodeURIComponent(new URL(page.url()).hash);

/** Changes the hash of an open page and waits until the page has drawn the new view. */
export const changeHash = (page: Page, hash: string): Promise<void> =>
  page.evaluate(`new Promise((resolve) => {
    const to = ${JSON.stringify(hash)};
    if (location.hash === to) return resolve();
    addEventListener('hashchange', () => requestAnimationFrame(() => setTimeout(resolve)), { once: true });
    location.hash = to;
  })`);
