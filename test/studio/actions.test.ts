/** Starts and stops runs from the page, with real processes. */
import type { Page } from 'playwright-core';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { hashOf, type Opened, openStudio, type StudioFixture } from './page.ts';

let fixture: StudioFixture;
let opened: Opened;
let page: Page;

beforeAll(async () => {
  fixture = await openStudio(() => undefined);
  opened = await fixture.open('#/');
  page = opened.page;
});
afterAll(async () => {
  await fixture.close();
});

it('an empty folder shows what to do, with the command line', async () => {
  await page.getByRole('heading', { name: /^No runs in/ }).waitFor();
  expect(await page.getByRole('group', { name: 'command line' }).textContent()).toContain(
    'npx meanfield train --dataset synthetic-images',
  );
});

it('every command line of the page works in the folder of the server', async () => {
  const before = process.cwd();
  process.chdir(tmpdir());
  try {
    for (const [hash, words] of [
      ['#/', 'train --dataset synthetic-images'],
      ['#/start', 'train --output'],
      ['#/reproduction', 'reproduce --preset fast'],
      ['#/lab', 'lab --preset'],
    ]) {
      const { page: own, done } = await fixture.open(hash!);
      const line = own.getByRole('group', { name: 'command line' }).first();
      await expect
        .poll(() => line.textContent())
        .toMatch(new RegExp(`^node /\\S+/bin/meanfield\\.js ${words}`));
      await done();
    }
  } finally {
    process.chdir(before);
  }
});

it('the form shows its command line, and the URL stores the form', async () => {
  await page.getByRole('link', { name: 'Start a run' }).click();
  await page.getByLabel('dataset', { exact: true }).selectOption('synthetic-images');
  await page.getByLabel('width', { exact: true }).fill('4');
  await page.getByLabel('epochs', { exact: true }).fill('2000');
  await page.getByLabel('threads', { exact: true }).fill('1');
  const line = page.getByRole('group', { name: 'command line' });
  await expect
    .poll(() => line.textContent())
    .toMatch(/^npx meanfield train --dataset synthetic-images --width 4 --epochs 2000 --threads 1 --output /);
  await page.waitForTimeout(400);
  await page.reload();
  await expect.poll(() => page.getByLabel('epochs', { exact: true }).inputValue()).toBe('2000');
});

it('shows the message of a rejected request', async () => {
  await page.getByLabel('epochs', { exact: true }).fill('many');
  await page.getByRole('button', { name: 'start' }).click();
  await expect.poll(() => page.getByRole('alert').textContent(), { timeout: 30_000 }).toMatch(/epochs/);
  await page.getByLabel('epochs', { exact: true }).fill('2000');
  // The browser logs the 4xx response.
  opened.errors.length = 0;
});

it('a run is started, watched, stopped and resumed', { timeout: 180_000 }, async () => {
  await page.getByRole('button', { name: 'start' }).click();
  await expect.poll(() => hashOf(page), { timeout: 60_000 }).toMatch(/#\/run\//);
  const loss = page.getByRole('slider', { name: 'Loss: cursor' });
  const lastStep = async (): Promise<number> =>
    (await loss.count()) ? Number(await loss.getAttribute('aria-valuemax')) : 0;
  await expect.poll(lastStep, { timeout: 60_000 }).toBeGreaterThan(3);
  await page.getByRole('button', { name: 'stop' }).click();
  await page.locator('.run-head .state-stopped').waitFor({ timeout: 60_000 });
  const stoppedAt = await lastStep();
  // Its checkpoint has block weights.
  await page.getByRole('link', { name: 'Weights' }).click();
  await page
    .getByText(/% of the variance is in this plane/)
    .first()
    .waitFor();
  await page.getByRole('link', { name: 'Curves' }).click();
  await page.getByRole('button', { name: 'resume' }).click();
  await expect.poll(lastStep, { timeout: 60_000 }).toBeGreaterThan(stoppedAt);
  await page.getByRole('button', { name: 'stop' }).click();
  await page.locator('.run-head .state-stopped').waitFor({ timeout: 60_000 });
  expect(opened.errors).toEqual([]);
});
