/** The list of runs in a browser. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writeFakeRun } from '../../src/runs/fake-run.ts';
import { hashOf, type Opened, openStudio, type StudioFixture } from './page.ts';

const markup = '<img src=x onerror=alert(1)>';
let fixture: StudioFixture;
let opened: Opened;
let page: Page;

beforeAll(async () => {
  fixture = await openStudio((runs) => {
    for (const seed of [1, 2, 3]) {
      writeFakeRun(runs, {
        name: `mf-s${seed}`,
        seed,
        epochs: 3,
        stepsPerEpoch: 20,
        config: { seed, epochs: 3 },
      });
      writeFakeRun(runs, {
        name: `va-s${seed}`,
        scheme: 'vanilla',
        seed,
        epochs: 3,
        stepsPerEpoch: 20,
        config: { seed, epochs: 3 },
      });
    }
    writeFakeRun(runs, { name: 'broken', epochs: 1, stepsPerEpoch: 5, config: { note: markup } });
    writeFileSync(join(runs, 'broken', 'status.json'), `{"pid": 1, ${markup}`);
  });
  opened = await fixture.open('#/');
  page = opened.page;
  await page.getByRole('grid').waitFor();
});
afterAll(async () => {
  await fixture.close();
});

/** Names in list order. */
const names = (): Promise<string[]> =>
  page.evaluate<string[]>("Array.from(document.querySelectorAll('.line-run a.name'), (link) => link.title)");
const hash = (): string => hashOf(page);

it('shows every run with its state in words, and read errors', async () => {
  expect((await names()).sort()).toEqual(['broken', 'mf-s1', 'mf-s2', 'mf-s3', 'va-s1', 'va-s2', 'va-s3']);
  const row = page.getByRole('row', { name: /mf-s1/ });
  expect(await row.textContent()).toContain('finished');
  expect(await page.getByRole('row', { name: /broken/ }).textContent()).toContain('problem');
  expect(await page.locator('main').innerHTML()).not.toContain('<img');
});

it('the filter keeps matching runs, and the URL stores the filter', async () => {
  await page.keyboard.press('/');
  await page.keyboard.type('scheme:vanilla -s3');
  await expect.poll(names).toHaveLength(2);
  await expect.poll(hash).toContain('q=scheme:vanilla -s3');
  const other = await fixture.open(new URL(page.url()).hash);
  await expect.poll(() => other.page.locator('.line-run').count()).toBe(2);
  expect(await other.page.getByRole('searchbox').inputValue()).toBe('scheme:vanilla -s3');
  await other.done();
  await page.getByRole('searchbox').fill('nothing-like-this');
  await page.getByRole('heading', { name: 'No matching runs' }).waitFor();
  await page.getByRole('button', { name: 'show all runs' }).click();
  await expect.poll(names).toHaveLength(7);
});

it('a click on a title sorts, a second one reverses the order', async () => {
  await page.getByRole('button', { name: 'error %' }).click();
  await expect.poll(hash).toContain('sort=error');
  const up = await names();
  await page.getByRole('button', { name: 'error %' }).click();
  await expect.poll(hash).toContain('sort=-error');
  const down = await names();
  expect(await page.getByRole('columnheader', { name: 'error %' }).getAttribute('aria-sort')).toBe(
    'descending',
  );
  // The broken run may lack the value and stay last.
  expect(down.filter((name) => name !== 'broken')).toEqual(up.filter((name) => name !== 'broken').reverse());
});

it('groups seeds by configuration with mean and standard error', async () => {
  await page.getByText('by configuration').click();
  await expect.poll(() => page.locator('.line-group').count()).toBeLessThan(7);
  const group = page.locator('.line-group', { hasText: 'vanilla' }).first();
  expect(await group.textContent()).toMatch(/3 runs.*1–3.*\d ± \d/);
  await group.getByRole('button').click();
  await expect.poll(names).toEqual(expect.arrayContaining(['va-s1', 'va-s2', 'va-s3']) as string[]);
  await page.locator('.toolbar').getByText('Runs', { exact: true }).click();
  await expect.poll(names).toHaveLength(7);
});

it('runs can be found, selected and compared by keyboard alone', async () => {
  await page.goto(`${fixture.studio.url}#/?q=mf&sort=name`);
  await expect.poll(names).toEqual(['mf-s1', 'mf-s2', 'mf-s3']);
  await page.getByRole('searchbox').focus();
  for (let i = 0; i < 40; i++) {
    await page.keyboard.press('Tab');
    if ((await page.locator('[data-index]:focus').count()) > 0) break;
  }
  await page.keyboard.press('Space');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Space');
  await expect.poll(hash).toContain('sel=mf-s1,mf-s2');
  await page.keyboard.press('End');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'mf-s3' }).waitFor();
  await page.goBack();
  await page.getByRole('button', { name: 'compare' }).press('Enter');
  await page.getByRole('heading', { name: '2 runs compared' }).waitFor();
});

it('the skip link skips the header, and ? shows the keys', async () => {
  await page.goto(`${fixture.studio.url}#/`);
  await page.reload();
  await page.getByRole('grid').waitFor();
  await page.keyboard.press('Tab');
  expect(await page.locator(':focus').textContent()).toBe('Skip to content');
  await page.keyboard.press('Enter');
  expect(await page.locator(':focus').getAttribute('id')).toBe('main');
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
  await page.keyboard.press('Escape');
  await expect.poll(() => page.getByRole('dialog').count()).toBe(0);
});

it('new runs appear in the list and deleted runs disappear', async () => {
  writeFakeRun(fixture.runs, { name: 'late', epochs: 1, stepsPerEpoch: 5 });
  await expect.poll(names, { timeout: 10_000 }).toContain('late');
  rmSync(join(fixture.runs, 'late'), { recursive: true });
  await expect.poll(names, { timeout: 10_000 }).not.toContain('late');
});

it('only the visible rows of many runs are in the document, and the keyboard reaches the last', async () => {
  for (let i = 0; i < 80; i++)
    writeFakeRun(fixture.runs, { name: `zz-${String(i).padStart(2, '0')}`, epochs: 1, stepsPerEpoch: 1 });
  await page.goto(`${fixture.studio.url}#/?sort=name`);
  const grid = page.getByRole('grid');
  await expect.poll(() => grid.getAttribute('aria-rowcount'), { timeout: 10_000 }).toBe('88');
  expect(await page.locator('.line-run').count()).toBeLessThan(50);
  await page.locator('[data-index="0"]').focus();
  await page.keyboard.press('End');
  await expect.poll(() => page.locator('[data-index]:focus').getAttribute('aria-rowindex')).toBe('88');
  expect(await page.locator('[data-index]:focus').textContent()).toContain('zz-79');
  expect(await page.locator('.line-run').count()).toBeLessThan(50);
});

it('there were no console errors', () => {
  expect(opened.errors).toEqual([]);
});
