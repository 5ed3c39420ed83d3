/** The lab in a browser: every preset, its number compared with the library's, the URL, saving, the keyboard. */
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nativeEngine } from '../../src/studio/engine/native-engine.ts';
import {
  computedParts,
  labState,
  type LabState,
  noData,
  numbersOf as numbersIn,
  presets,
  presetState,
  type Preset,
  withPart,
} from '../../src/studio/lab/index.ts';
import { seriousViolations } from './axe.ts';
import { changeHash, hashOf, type Opened, openStudio, type StudioFixture } from './page.ts';

let fixture: StudioFixture;
let opened: Opened;
let page: Page;

beforeAll(async () => {
  fixture = await openStudio(() => undefined);
  opened = await fixture.open('#/lab');
  page = opened.page;
});
afterAll(async () => {
  await fixture.close();
});

/** The numbers of a state, computed by the library in this process. */
const numbersOf = (state: LabState): Readonly<Record<string, number>> =>
  numbersIn(computedParts(state, nativeEngine).reduce(withPart, noData));

/** The displayed key number, once everything has been computed. */
async function shownNumber(on: Page, key: string): Promise<number> {
  await on.locator('.lab-numbers[aria-busy="false"]').waitFor({ timeout: 60_000 });
  return Number(await on.locator(`[data-number="${key}"]`).getAttribute('data-value'));
}

/** Number of colours in the middle of the picture; a blank picture has one. */
const coloursDrawn = (on: Page): Promise<number> =>
  on.evaluate<number>(`(() => {
    const canvas = document.querySelector('.lab-picture canvas');
    const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d', { willReadFrequently: true });
    copy.drawImage(canvas, 0, 0);
    const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
    return new Set(new Uint32Array(data.buffer)).size;
  })()`);

const goTo = (hash: string): Promise<void> => changeHash(page, hash);

describe.each(presets.map((preset: Preset) => [preset.name, preset] as const))('%s', (name, preset) => {
  it('shows the number of the library, and another one for another seed', { timeout: 120_000 }, async () => {
    const state = presetState(preset);
    const expected = numbersOf(state)[preset.key]!;
    await goTo(`#/lab/${name}`);
    await page.getByRole('heading', { level: 1, name: preset.title }).waitFor();
    await expect.poll(() => shownNumber(page, preset.key), { timeout: 60_000 }).toBe(expected);
    await expect.poll(() => coloursDrawn(page)).toBeGreaterThan(50);
    expect(await page.locator('.lab-head .katex-error').count()).toBe(0);
    expect(await page.locator('.lab-head .katex').count()).toBe(1);

    const other = numbersOf(labState({ ...state, seed: state.seed + 1 }))[preset.key]!;
    expect(other).not.toBe(expected);
    await page
      .getByRole('group', { name: 'Blocks and their law ρ' })
      .getByRole('button', { name: 'next' })
      .click();
    await expect.poll(() => shownNumber(page, preset.key), { timeout: 60_000 }).toBe(other);
    await expect.poll(() => hashOf(page)).toBe(`#/lab/${name}?seed=${state.seed + 1}`);
  });
});

it('the URL restores knobs and sliders in another browser', async () => {
  await goTo('#/lab/mean-field-resnet');
  await page.getByLabel('depth L', { exact: true }).fill('6');
  await page.keyboard.press('Enter');
  await page.getByLabel('data', { exact: true }).selectOption('moons');
  const slider = page.getByRole('slider', { name: 'depth', exact: true });
  await slider.focus();
  await page.keyboard.press('Home');
  for (let i = 0; i < 40; i++) await page.keyboard.press('ArrowRight');
  await expect.poll(() => hashOf(page)).toBe('#/lab/mean-field-resnet?depth=6&data=moons&t=0.2');
  const number = await shownNumber(page, 'loss');
  const again = await fixture.open(hashOf(page));
  await expect.poll(() => shownNumber(again.page, 'loss')).toBe(number);
  expect(await again.page.getByRole('slider', { name: 'depth', exact: true }).inputValue()).toBe('0.2');
  expect(await again.page.getByLabel('depth L', { exact: true }).inputValue()).toBe('6');
  expect(again.errors).toEqual([]);
  await again.done();
});

it('a URL with an unknown preset or an invalid knob shows an error and the unchanged preset', async () => {
  await goTo('#/lab/nonsense');
  await expect.poll(() => page.getByRole('alert').textContent()).toMatch(/the lab has no preset "nonsense"/);
  await goTo('#/lab/adjoint?points=1e9');
  await expect
    .poll(() => page.getByRole('alert').textContent())
    .toMatch(/points must be a whole number from 4 to 1000/);
  await page.getByRole('button', { name: 'Reset' }).click();
  await expect.poll(() => page.getByRole('alert').count()).toBe(0);
  expect(hashOf(page)).toBe('#/lab/adjoint');
});

it('a URL whose own points are cut off keeps its other knobs and says what was left out', async () => {
  await goTo(`#/lab/adjoint?depth=9&data=csv&csv=${encodeURIComponent('x1,x2,y\n0,0,1\n1,')}`);
  await expect
    .poll(() => page.getByRole('alert').textContent())
    .toMatch(/^Left out of the address: own points/);
  const expected = numbersOf(
    labState({ ...presetState(presets.find(({ name }) => name === 'adjoint')!), depth: 9 }),
  );
  await expect.poll(() => shownNumber(page, 'norm'), { timeout: 20_000 }).toBe(expected.norm);
  expect(await page.getByLabel('depth L', { exact: true }).inputValue()).toBe('9');
});

it('a number that is being typed survives the picture that arrives meanwhile', async () => {
  // Seconds of work, of which the training that it starts with is most.
  await goTo('#/lab/local-is-global?points=1000&depth=40&particles=64&trained=30');
  await expect.poll(() => page.locator('.lab-numbers').getAttribute('aria-busy')).toBe('true');
  const field = page.getByLabel('λ, the share of ν', { exact: true });
  await field.fill('0.3');
  await shownNumber(page, 'gap');
  expect(await field.inputValue()).toBe('0.3');
  await page.keyboard.press('Enter');
  await expect.poll(() => hashOf(page)).toContain('lambda=0.3');
  await goTo('#/lab/adjoint');
});

it('a link followed right after a knob was turned is not undone by the delayed URL of the knob', async () => {
  await goTo('#/lab/adjoint');
  // Both timers are due at the end of the loop: that of the knob fires between the navigation and its event.
  await page.evaluate(`new Promise((resolve) => {
    const data = [...document.querySelectorAll('select')].find(({ value }) => value === 'moons');
    data.value = 'xor';
    data.dispatchEvent(new Event('change', { bubbles: true }));
    setTimeout(() => {
      setTimeout(() => {
        location.hash = '#/lab/adjoint?depth=7';
        setTimeout(resolve, 100);
      });
      const end = performance.now() + 200;
      while (performance.now() < end);
    }, 150);
  })`);
  expect(hashOf(page)).toBe('#/lab/adjoint?depth=7');
  expect(await page.getByLabel('depth L', { exact: true }).inputValue()).toBe('7');
  await goTo('#/lab/adjoint');
});

it('playing ends with its preset', async () => {
  await goTo('#/lab/adjoint');
  await shownNumber(page, 'norm');
  await page.getByRole('button', { name: 'play depth' }).click();
  await expect.poll(() => hashOf(page)).toContain('t=');
  await goTo('#/lab/neural-ode');
  await page.getByRole('button', { name: 'play depth' }).waitFor();
  await page.waitForTimeout(400);
  expect(hashOf(page)).toBe('#/lab/neural-ode');
  await goTo('#/lab/adjoint');
});

it('moving a slider computes nothing', async () => {
  const asked: string[] = [];
  page.on('request', (request) => {
    if (request.url().includes('/api/')) asked.push(request.url());
  });
  await shownNumber(page, 'norm');
  await page.getByRole('slider', { name: 'depth', exact: true }).focus();
  for (let i = 0; i < 20; i++) await page.keyboard.press('ArrowLeft');
  await page.waitForTimeout(300);
  expect(asked).toEqual([]);
  page.removeAllListeners('request');
});

it('a newer request replaces an older one that is still computing', async () => {
  await goTo('#/lab/wasserstein-flow?steps=2000');
  await expect.poll(() => page.locator('.lab-numbers').getAttribute('aria-busy')).toBe('true');
  await goTo('#/lab/adjoint?seed=5');
  const expected = numbersOf(
    labState({ ...presetState(presets.find(({ name }) => name === 'adjoint')!), seed: 5 }),
  );
  await expect.poll(() => shownNumber(page, 'norm'), { timeout: 20_000 }).toBe(expected.norm);
});

it('saves SVG, PNG and JSON', async () => {
  const saved = async (what: string): Promise<Buffer> => {
    await page.getByRole('button', { name: 'save' }).click();
    const waiting = page.waitForEvent('download');
    await page.getByRole('menuitem', { name: what }).click();
    return readFileSync(await (await waiting).path());
  };
  const svg = (await saved('SVG')).toString();
  expect(svg.match(/<circle /g)!.length).toBeGreaterThan(100);
  expect(svg).toContain('<title>costates of 120 points');
  expect((await saved('PNG')).subarray(1, 4).toString()).toBe('PNG');
  const json = JSON.parse((await saved('JSON')).toString()) as { state: LabState; numbers: { norm: number } };
  expect(json.state).toMatchObject({ view: 'costate', seed: 5 });
  expect(json.numbers.norm).toBe(await shownNumber(page, 'norm'));
});

it('accepts own points, and reports invalid ones without losing the valid ones', async () => {
  await goTo('#/lab/adjoint');
  await page.getByLabel('data', { exact: true }).selectOption('csv');
  const points = page.getByLabel('own points', { exact: true });
  await points.fill('x1,x2,class\n0,0,A\n1,1,B\n1,0,A\n0,1,B\n');
  await points.blur();
  await expect.poll(() => hashOf(page)).toContain('csv=');
  const number = await shownNumber(page, 'norm');
  expect(number).toBeGreaterThan(0);
  await points.fill('x1,x2,class\n0,zero,A\n1,1,B\n');
  await points.blur();
  await expect.poll(() => page.getByRole('alert').textContent()).toMatch(/line 2/);
  expect(await shownNumber(page, 'norm')).toBe(number);
  // The typed text stays for correction.
  expect(await points.inputValue()).toContain('0,zero,A');
  await points.fill('x1,x2,class\n0,0,A\n1,1,B\n');
  await points.blur();
  await expect.poll(() => page.getByRole('alert').count()).toBe(0);
  expect(await page.getByLabel('seed of the data', { exact: true }).count()).toBe(0);
});

it('a field shows the computed value and the allowed range', async () => {
  await goTo('#/lab/adjoint?depth=1');
  const field = page.getByLabel('depth L', { exact: true });
  await expect.poll(() => field.inputValue()).toBe('1');
  for (const text of ['0', '']) {
    await field.fill(text);
    await field.press('Enter');
    expect(await field.inputValue()).toBe('1');
    expect(await page.locator('.knob-note:not(:empty)').textContent()).toContain(
      'a whole number from 1 to 200',
    );
  }
});

it('shows an error above the picture, which is the dimmed previous one or absent', async () => {
  const refused = '#/lab/wasserstein-flow?steps=5000&particles=300&depth=100&points=500';
  await goTo(refused);
  const alert = page.getByRole('alert');
  await expect
    .poll(() => alert.textContent())
    .toMatch(/take fewer points N \(now 500\).*picture shows the previous settings/);
  const figure = page.locator('figure.lab-old');
  expect((await alert.boundingBox())!.y).toBeLessThan((await figure.boundingBox())!.y);
  expect(await page.locator('[data-value]').count()).toBe(0);
  const again = await fixture.open(refused);
  await again.page.getByRole('alert').waitFor();
  expect(await again.page.locator('figure').count()).toBe(0);
  await again.done();
});

it('plays through depth, and can be paused', async () => {
  await goTo('#/lab/mean-field-resnet?t=0');
  await shownNumber(page, 'loss');
  const slider = page.getByRole('slider', { name: 'depth', exact: true });
  await expect.poll(() => slider.inputValue()).toBe('0');
  await page.getByRole('button', { name: 'play depth' }).click();
  await expect.poll(async () => Number(await slider.inputValue())).toBeGreaterThan(0.05);
  await page.getByRole('button', { name: 'pause depth' }).click();
  const at = await slider.inputValue();
  await page.waitForTimeout(200);
  expect(await slider.inputValue()).toBe(at);
});

it('describes the picture, and has no serious accessibility violations, light and dark, wide and narrow', async () => {
  await goTo('#/lab/mean-field-resnet?t=0.4');
  await shownNumber(page, 'loss');
  await expect
    .poll(() => page.locator('.lab-picture').getAttribute('aria-label'))
    .toMatch(/150 points at depth .* of the flow/);
  for (const colorScheme of ['light', 'dark'] as const)
    for (const width of [1440, 390]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 900 });
      expect(await seriousViolations(page)).toEqual([]);
    }
  expect(opened.errors).toEqual([]);
});
