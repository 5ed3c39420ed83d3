/** The views of finished runs in a browser. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writeFakeRun } from '../../src/runs/fake-run.ts';
import { seriousViolations } from './axe.ts';
import { hashOf, type Opened, openStudio, type StudioFixture } from './page.ts';

/** A white pixel. */
const pixel =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8/5+hHgAHggJ/PchI7wAAAABJRU5ErkJggg==';
const guess = (first: number, second: number): object[] => [
  { class: first, probability: 0.75 },
  { class: second, probability: 0.25 },
];
const samples = {
  classes: ['cat', '<b>dog</b>'],
  samples: [
    { index: 7, label: 0, image: pixel, top: guess(1, 0) },
    { index: 8, label: 1, image: pixel, top: guess(1, 0) },
  ],
};

let fixture: StudioFixture;
let opened: Opened;
let page: Page;

beforeAll(async () => {
  fixture = await openStudio((runs) => {
    for (const seed of [1, 2]) {
      writeFakeRun(runs, {
        name: `mf-s${seed}`,
        seed,
        epochs: 4,
        stepsPerEpoch: 60,
        blocks: [3, 3],
        config: { seed, epochs: 4, 'tau-lr-factor': 1 },
      });
      writeFakeRun(runs, {
        name: `va-s${seed}`,
        scheme: 'vanilla',
        seed,
        epochs: 4,
        stepsPerEpoch: 60,
        config: { seed, epochs: 4, 'tau-lr-factor': 0.1 },
      });
    }
    writeFileSync(join(runs, 'mf-s1', 'samples.json'), JSON.stringify(samples));
    cpSync(join('docs', 'results', 'fast'), join(runs, 'fast'), { recursive: true });
  });
  opened = await fixture.open('#/run/mf-s1');
  page = opened.page;
});
afterAll(async () => {
  await fixture.close();
});

const go = async (hash: string): Promise<void> => {
  await page.goto(`${fixture.studio.url}${hash}`);
};

it('the slider moves the beads, and the URL stores its position', async () => {
  await go('#/run/mf-s1/depth');
  const slider = page.getByRole('slider', { name: 'Training step' });
  const beads = page.locator('figcaption[data-stage="layer1"]');
  await beads.waitFor();
  const last = await beads.textContent();
  await slider.focus();
  await slider.press('Home');
  await expect.poll(() => beads.textContent()).not.toBe(last);
  const first = await beads.textContent();
  expect(first).toMatch(/block 1 at \d\.\d{3} \(h \d\.\d{3}\)/);
  for (let i = 0; i < 5; i++) await slider.press('ArrowRight');
  expect(await slider.getAttribute('aria-valuetext')).toMatch(/^step 6 of/);
  await expect.poll(() => hashOf(page)).toContain('at=6');
  const other = await fixture.open('#/run/mf-s1/depth?at=6');
  await expect
    .poll(() => other.page.locator('figcaption[data-stage="layer1"]').textContent())
    .toBe(await beads.textContent());
  await other.done();
});

it('play runs through the training, and a second press stops it', async () => {
  await go('#/run/mf-s1/depth?at=1');
  const slider = page.getByRole('slider', { name: 'Training step' });
  const button = page.getByRole('button', { name: 'play' });
  await button.press('Space');
  await expect.poll(async () => Number(await slider.inputValue())).toBeGreaterThan(3);
  await page.getByRole('button', { name: 'pause' }).press('Space');
  const stopped = await slider.inputValue();
  await page.waitForTimeout(300);
  expect(await slider.inputValue()).toBe(stopped);
});

it('a canvas is saved as SVG with its text, and its numbers as CSV', async () => {
  await go('#/run/mf-s1');
  const save = async (item: string): Promise<string> => {
    await page.getByRole('button', { name: 'save Loss' }).click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: item }).click(),
    ]);
    return readFileSync(await download.path(), item === 'PNG' ? 'latin1' : 'utf8');
  };
  const svg = await save('SVG');
  expect(svg).toMatch(/^<svg [^>]*viewBox/);
  expect(svg).toContain('<title>Loss. training: from');
  const csv = await save('CSV');
  expect(csv.split('\n')[0]).toBe('series,step,cross-entropy,smoothed');
  expect(csv.split('\n').filter((line) => line.startsWith('training,'))).toHaveLength(240);
  expect((await save('PNG')).slice(1, 4)).toBe('PNG');
  const json = JSON.parse(await save('JSON')) as { series: string }[];
  expect(json[0]?.series).toBe('training');
});

it('the cursor reads all curves at one step, also by keyboard', async () => {
  await go('#/run/mf-s1');
  const slider = page.getByRole('slider', { name: 'Loss: cursor' });
  await slider.focus();
  await slider.press('Home');
  await slider.press('Shift+ArrowRight');
  expect(await slider.getAttribute('aria-valuetext')).toMatch(/^step 11, epoch 1: training \d/);
  expect(await page.getByRole('slider', { name: 'Error: cursor' }).getAttribute('aria-valuetext')).toMatch(
    /^step 11, epoch 1/,
  );
  await expect.poll(() => hashOf(page)).toContain('at=11');
});

it('compares two runs: curves, only differing settings, and paired seeds', async () => {
  await go('#/compare?runs=mf-s1,mf-s2,va-s1,va-s2');
  await page.getByRole('heading', { name: '4 runs compared' }).waitFor();
  const differences = page.getByRole('region', { name: 'Differing settings' });
  await differences.getByRole('rowheader', { name: 'tau-lr-factor' }).waitFor();
  const settings = await differences.getByRole('rowheader').allTextContents();
  expect(settings).toContain('scheme');
  expect(settings).not.toContain('dataset');
  const pairs = page.getByRole('region', { name: 'Paired differences' });
  expect(await pairs.locator('tbody').textContent()).toMatch(/mean-fieldvanilla1, 2/);
  expect(await page.locator('.legend').first().textContent()).toMatch(
    /mean-field, seed 1 \d.*vanilla, seed 2 \d/,
  );
});

it('the reproduction shows the results of the talk beside ours, and the missing runs', async () => {
  await go('#/reproduction/fast');
  const table = page.getByRole('region', { name: 'The talk’s table and ours' });
  await table.waitFor();
  const row = table.getByRole('row', { name: /^ResNet20/ });
  expect(await row.textContent()).toMatch(/8\.75.*8\.19.*11\.\d\d ± /);
  expect(await table.getByRole('row', { name: /^ResNet110/ }).textContent()).toContain('not run');
});

it('test images have their predictions, names as text, and a filter for wrong ones', async () => {
  await go('#/run/mf-s1/predictions');
  const images = page.getByRole('list').filter({ hasText: 'cat' }).first().locator('> li');
  await expect.poll(() => images.count()).toBe(2);
  expect(await images.first().textContent()).toMatch(/^cat wrong<b>dog<\/b> 75 %cat 25 %/);
  expect(await page.locator('main b', { hasText: 'dog' }).count()).toBe(0);
  // A blocked or broken image has width 0.
  expect(await page.evaluate<number>("document.querySelector('.sample img').naturalWidth")).toBe(1);
  await page.getByText('Mistakes', { exact: true }).click();
  await expect.poll(() => images.count()).toBe(1);
  expect(await page.getByText(/^Most frequent mistakes: /).count()).toBe(1);
});

it('explains that a vanilla run has no depth and a lost run no page', async () => {
  await go('#/run/va-s1/depth');
  await page.getByRole('heading', { name: 'No depth coordinates' }).waitFor();
  expect(opened.errors).toEqual([]);
  await go('#/run/not-there');
  await page.getByRole('alert').waitFor();
  expect(await page.getByRole('alert').textContent()).toContain('not-there');
  await go('#/no/such/page');
  await page.getByRole('heading', { name: 'Page not found' }).waitFor();
  // The browser logs the 404 response.
  opened.errors.length = 0;
});

const views = [
  '#/',
  '#/?group=configuration',
  '#/run/mf-s1',
  '#/run/mf-s1/depth',
  '#/run/mf-s1/weights',
  '#/run/mf-s1/predictions',
  '#/run/mf-s1/settings',
  '#/compare?runs=mf-s1,va-s1',
  '#/reproduction/fast',
  '#/start',
  '#/?q=nothing',
];

it.each([
  { colorScheme: 'light', width: 1440 },
  { colorScheme: 'light', width: 390 },
  // Sizes and names are the same as in the light theme.
  { colorScheme: 'dark', width: 1440, rules: ['color-contrast'] },
] as const)(
  'axe finds no serious violations in any view: $colorScheme, $width px',
  { timeout: 120_000 },
  async (side) => {
    const { colorScheme, width } = side;
    const own = await fixture.open('#/', {
      colorScheme,
      viewport: { width, height: 844 },
      reducedMotion: 'reduce',
    });
    for (const view of views) {
      await own.page.goto(`${fixture.studio.url}${view}`);
      await own.page.locator('main h1, main h2:visible').first().waitFor();
      await own.page.waitForTimeout(400);
      expect(await seriousViolations(own.page, 'rules' in side ? side.rules : undefined), view).toEqual([]);
      // Nothing is wider than the window.
      expect(
        await own.page.evaluate<number>('document.documentElement.scrollWidth'),
        view,
      ).toBeLessThanOrEqual(width);
    }
    expect(own.errors).toEqual([]);
    await own.done();
  },
);

it('the theme can be chosen, and persists', async () => {
  await go('#/');
  const background = (): Promise<string> => page.evaluate('getComputedStyle(document.body).backgroundColor');
  const light = await background();
  await page.getByRole('button', { name: /Theme: system/ }).click();
  await page.getByRole('button', { name: /Theme: light/ }).click();
  const dark = await background();
  expect(dark).not.toBe(light);
  await page.reload();
  expect(await background()).toBe(dark);
  await page.getByRole('button', { name: /Theme: dark/ }).click();
  expect(await background()).toBe(light);
  expect(opened.errors).toEqual([]);
});
