/** An exported folder opened from disk, with nothing but its files. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writeFakeRun } from '../../src/runs/fake-run.ts';
import {
  computedParts,
  labState,
  noData,
  numbersOf,
  presets,
  presetState,
  referenceEngine,
  withPart,
} from '../../src/studio/lab/index.ts';
import { exportStudio } from '../../src/studio/server/export.ts';
import { fakePage } from '../../src/studio/server/fake-page.ts';
import { seriousViolations } from './axe.ts';
import { executablePath } from './page.ts';
import { temporaryFolder } from '../../src/test-folder.ts';

const markup = '</script><script>alert(1)</script>';
const base = temporaryFolder();
const [runs, out, exportPage] = [join(base, 'runs'), join(base, 'out'), join(base, 'page')];
let served: string;
let browser: Browser;
let page: Page;
const errors: string[] = [];
const asked: string[] = [];

const exportAll = (): ReturnType<typeof exportStudio> =>
  exportStudio({ root: runs, page: served, exportPage, out });

beforeAll(async () => {
  await build({ mode: 'export', logLevel: 'error', build: { outDir: exportPage, emptyOutDir: true } });
  writeFakeRun(runs, {
    name: 'first',
    seed: 1,
    epochs: 3,
    stepsPerEpoch: 20,
    config: { seed: 1, note: markup },
  });
  writeFakeRun(runs, { name: 'second', seed: 2, epochs: 3, stepsPerEpoch: 20, config: { seed: 2 } });
  mkdirSync(join(runs, 'unread', 'status.json'), { recursive: true });
  served = fakePage();
  await exportAll();
  browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) errors.push(message.text());
  });
  page.on('pageerror', ({ message }) => errors.push(message));
  page.on('request', (request) => asked.push(request.url()));
  await page.goto(address('#/'));
});
afterAll(async () => {
  await browser.close();
});

const address = (hash: string): string => `${pathToFileURL(join(out, 'index.html')).href}${hash}`;

it('lists the runs, and shows curves and configuration of a run', async () => {
  await page.getByRole('row', { name: /first/ }).waitFor();
  await page.goto(address('#/run/first'));
  await page.getByRole('slider', { name: 'Loss: cursor' }).waitFor();
  await page.goto(address('#/run/first/settings'));
  await page.getByText(markup).first().waitFor();
});

it('lists an unreadable run, and its page shows the reason', async () => {
  await page.goto(address('#/'));
  await page.getByRole('row', { name: /unread/ }).waitFor();
  await page.goto(address('#/run/unread'));
  await page
    .getByRole('alert')
    .getByText('unread: status.json is not a file: this run was not read')
    .waitFor();
});

it('offers nothing that needs a server', async () => {
  expect(await page.getByRole('link', { name: 'Start a run' }).count()).toBe(0);
  expect(await page.getByRole('button', { name: /resume|stop/ }).count()).toBe(0);
});

it('computes the lab in the browser with the number of the reference engine', async () => {
  const preset = presets.find(({ name }) => name === 'adjoint')!;
  const parts = computedParts(labState({ ...presetState(preset), seed: 7 }), referenceEngine);
  const expected = numbersOf(parts.reduce(withPart, noData))[preset.key]!;
  await page.goto(address('#/lab/adjoint?seed=7'));
  const shown = page.locator(`output[data-number="${preset.key}"]`);
  await expect
    .poll(async () => Number(await shown.getAttribute('data-value')), { timeout: 30_000 })
    .toBe(expected);
});

it('has no errors, requests only its own files, and has no serious accessibility violations', async () => {
  expect(errors).toEqual([]);
  expect(asked.filter((url) => !/^(file|blob|data):/.test(url))).toEqual([]);
  // axe requests the style sheet, which a page from disk may not.
  expect(await seriousViolations(page)).toEqual([]);
});

it('is replaced by the next export; other folders are not', async () => {
  writeFakeRun(runs, { name: 'third', seed: 3, epochs: 1, stepsPerEpoch: 5, config: { seed: 3 } });
  expect(await exportAll()).toMatchObject({ runs: 4, incomplete: 1 });
  expect(readFileSync(join(out, 'data', 'list.js'), 'utf8')).toContain('third');
  const precious = join(base, 'precious');
  writeFakeRun(precious, { name: 'kept', epochs: 1, stepsPerEpoch: 5 });
  writeFileSync(join(precious, 'thesis.txt'), 'years');
  const onto = (folder: string): Promise<unknown> =>
    exportStudio({ root: runs, page: served, exportPage, out: folder });
  await expect(onto(precious)).rejects.toThrow(
    /precious is not empty and is not an exported folder: choose a new one/,
  );
  await expect(onto(runs)).rejects.toThrow(/contains the runs themselves: export to another folder/);
  await expect(onto(base)).rejects.toThrow(/contains the runs themselves/);
  expect(readFileSync(join(precious, 'thesis.txt'), 'utf8')).toBe('years');
});

it('shows what to do without the built page', async () => {
  await expect(
    exportStudio({ root: runs, page: served, exportPage: join(base, 'nowhere'), out: join(base, 'other') }),
  ).rejects.toThrow(/the page for exported folders is missing .*npm run setup/);
});
