/** A run in progress, watched in a browser. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Reproduction, RunWriter } from '../../src/runs/index.ts';
import { changeHash, hashOf, type Opened, openStudio, type StudioFixture } from './page.ts';

let fixture: StudioFixture;
let opened: Opened;
let page: Page;
let writer: RunWriter;
let step = 0;
const totalSteps = 400;

/** Writes `steps` steps of a run with two blocks whose loss falls as 10 / step. */
function train(steps: number): void {
  for (let i = 0; i < steps; i++) {
    step++;
    writer.step({
      step,
      epoch: Math.floor((step - 1) / 100),
      loss: 10 / step,
      error: 50,
      lr: 0.1,
      tauLr: 0.01,
      imagesPerSecond: 1000,
      seconds: step / 10,
      stages: { layer1: { tau: [1 + step / 1000, 2] } },
    });
  }
  writer.heartbeat({ step, epoch: Math.floor(step / 100), totalSteps });
}

beforeAll(async () => {
  fixture = await openStudio((runs) => {
    writer = RunWriter.create(runs, 'live');
    writer.config({
      dataset: 'synthetic-images',
      model: 'resnet20',
      scheme: 'mean-field',
      seed: 1,
      epochs: 4,
    });
    train(20);
  });
  opened = await fixture.open('#/run/live');
  page = opened.page;
});
afterAll(async () => {
  writer.close();
  await fixture.close();
});

/** The last step of the loss curve. */
const lastStep = async (): Promise<number> =>
  Number(await page.getByRole('slider', { name: 'Loss: cursor' }).getAttribute('aria-valuemax'));

it('the curve grows with the run', async () => {
  await expect.poll(lastStep).toBe(20);
  train(30);
  await expect.poll(lastStep, { timeout: 10_000 }).toBe(50);
  // The heartbeat is written at most every two seconds.
  await sleep(2100);
  train(10);
  await expect
    .poll(() => page.locator('.run-title').textContent(), { timeout: 10_000 })
    .toMatch(/running.*epoch 1 of 4.*left/);
});

it('reports a lost server, and catches up when it is back', async () => {
  await fixture.studio.close();
  await page.getByText('connection lost').waitFor();
  train(40);
  await fixture.restart();
  await expect.poll(lastStep, { timeout: 20_000 }).toBe(100);
  await expect.poll(() => page.getByText('connection lost').count(), { timeout: 20_000 }).toBe(0);
  // No step is duplicated or missing.
  const description = await page
    .locator('figure', { hasText: 'Loss' })
    .first()
    .locator('figcaption')
    .textContent();
  expect(description).toContain('at 100');
  opened.errors.length = 0;
});

it('a zoomed range stays visible while the run continues', async () => {
  const slider = page.getByRole('slider', { name: 'Loss: cursor' });
  await slider.focus();
  await slider.press('End');
  await slider.press('+');
  await expect.poll(() => hashOf(page)).toContain('from=');
  train(20);
  await expect.poll(lastStep, { timeout: 10_000 }).toBe(120);
  expect(await page.getByRole('button', { name: 'Reset zoom' }).count()).toBeGreaterThan(0);
  await slider.press('Escape');
  await expect.poll(() => page.getByRole('button', { name: 'Reset zoom' }).count()).toBe(0);
});

it('a grid that is the runs folder itself shows its running runs, and its table is reloaded when rewritten', async () => {
  const { runs } = fixture;
  const record = JSON.parse(
    readFileSync(join('docs', 'results', 'fast', 'results.json'), 'utf8'),
  ) as Reproduction;
  const write = (preset: string): void => {
    writeFileSync(join(runs, 'results.json'), JSON.stringify({ ...record, preset }));
  };
  write('fast');
  const other = await fixture.open('#/reproduction');
  await other.page.getByRole('region', { name: 'Running now' }).getByText('live').waitFor();
  await other.page.getByText('Preset fast:').waitFor();
  write('talk');
  await other.page.getByText('Preset talk:').waitFor({ timeout: 10_000 });
  expect(other.errors).toEqual([]);
  await other.done();
});

it('playback in a view that was left does not change the URL of the next view', async () => {
  const other = await fixture.open('#/run/live/depth');
  await other.page.getByRole('button', { name: 'play' }).click();
  await expect.poll(() => hashOf(other.page)).toContain('at=');
  await changeHash(other.page, '#/lab/mean-field-resnet?depth=12');
  await other.page.getByRole('heading', { name: 'Mean-field ResNet' }).first().waitFor();
  await sleep(400);
  expect(hashOf(other.page)).not.toContain('at=');
  expect(hashOf(other.page)).toContain('depth=12');
  await other.done();
});

it('shows the end of a run without a reload', async () => {
  writer.finish('diverged', { exitCode: 4, message: 'the loss is not a number at step 121' });
  await page.locator('.run-head .state-diverged').waitFor({ timeout: 10_000 });
  await page.getByText('the loss is not a number at step 121').waitFor({ timeout: 10_000 });
  expect(opened.errors).toEqual([]);
});

it('reports a deleted run, not a lost server', async () => {
  rmSync(writer.dir, { recursive: true });
  await page.getByText(/it may have been moved or deleted/).waitFor({ timeout: 10_000 });
  expect(await page.getByText('connection lost').count()).toBe(0);
  expect(await lastStep()).toBe(120);
  // The browser logs the 404 response.
  opened.errors.length = 0;
});
