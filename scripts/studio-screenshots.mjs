#!/usr/bin/env node
// Takes screenshots of every view of `meanfield studio`, wide and narrow, light and dark, into docs/images/studio.
//   node scripts/studio-screenshots.mjs [RUNS_DIR] [--only list,depth] [--out DIR]
// Without RUNS_DIR it unpacks docs/results and trains a small net on Fashion-MNIST (minutes), for views that need
// checkpoints and samples. Fonts: P052 and Liberation Sans (Debian: fonts-urw-base35, fonts-liberation).
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { spawnSync } from 'node:child_process';
import { chromium } from 'playwright-core';
import sharp from 'sharp';
import { root } from './setup/steps.mjs';

const { startStudio } = await import(join(root, 'dist', 'studio', 'server', 'index.js'));

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { only: { type: 'string' }, out: { type: 'string' } },
});
const out = values.out ? resolve(values.out) : join(root, 'docs', 'images', 'studio');
const sizes = [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
];
/** Maximum heights; taller pages are cropped. */
const maxHeights = { 1440: 1500, 390: 1900 };

/** The published grids with their runs unpacked, and a run with a checkpoint for each epoch. */
function ownRuns() {
  // The screenshots show the folder's name as given: use a relative path. Their command lines are those of a project
  // that depends on the package: npx meanfield.
  process.chdir(mkdtempSync(join(tmpdir(), 'studio-screenshots-')));
  mkdirSync(join('node_modules', '.bin'), { recursive: true });
  symlinkSync(join(root, 'bin', 'meanfield.js'), join('node_modules', '.bin', 'meanfield'));
  const folder = 'runs';
  for (const grid of readdirSync(join(root, 'docs', 'results'), { withFileTypes: true }))
    if (grid.isDirectory()) {
      cpSync(join(root, 'docs', 'results', grid.name), join(folder, grid.name), { recursive: true });
      spawnSync('tar', ['xzf', 'records.tar.gz'], { cwd: join(folder, grid.name), stdio: 'inherit' });
    }
  const settings = '--dataset fashion-mnist --model resnet32 --width 8 --epochs 6 --limit-train-batches 40';
  const flags = `${settings} --checkpoint-every 1 --tau-lr-factor 1 --seed 3 --threads 1 --no-report --quiet`;
  meanfield('train', ...flags.split(' '), '--output', folder, '--name', 'fashion-mnist-resnet32');
  return folder;
}

function meanfield(...args) {
  const { status } = spawnSync(process.execPath, [join(root, 'bin', 'meanfield.js'), ...args], {
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error(`meanfield ${args.join(' ')} failed (${status})`);
}

/** A preset for each view of the lab, chosen where its sliders matter most. */
const labViews = [
  ['lab-flow', '#/lab/mean-field-resnet?t=0.6'],
  ['lab-costate', '#/lab/costate-lemma?t=0.4'],
  ['lab-gradient', '#/lab/back-propagation?t=0.5'],
  ['lab-descent', '#/lab/local-is-global'],
  ['lab-training', '#/lab/wasserstein-flow?s=0.8'],
  ['lab-regimes', '#/lab/features'],
  ['lab-expansion', '#/lab/higher-order?t=0.4'],
  ['lab-algorithm', '#/lab/algorithm-1?s=0.7'],
];

/** Chooses the run that each view shows by the records it has. */
async function addresses(url) {
  const ask = async (path) => (await fetch(`${url}${path}`)).json();
  const { runs, grids } = await ask('api/runs');
  const final = runs.filter(({ final, scheme }) => final && scheme !== 'vanilla');
  const most = (list, value) => [...list].sort((a, b) => value(b) - value(a))[0];
  const details = await Promise.all(final.map(({ id }) => ask(`api/runs/${encodeURIComponent(id)}`)));
  const moving = most(final, ({ swaps }) => swaps);
  const stored = most(details, ({ checkpoints }) => checkpoints.length)?.row ?? moving;
  const guessed = details.find(({ files }) => files.samples)?.row ?? stored;
  const longest = most(final, ({ totalSteps }) => totalSteps);
  const kin = runs.filter(
    ({ model, dataset, final, totalSteps }) =>
      final && model === longest.model && dataset === longest.dataset && totalSteps === longest.totalSteps,
  );
  const compared = kin.filter(({ seed }) => seed !== null && seed <= 2).slice(0, 4);
  const run = ({ id }, rest = '') => `#/run/${encodeURIComponent(id)}${rest}`;
  return {
    list: '#/',
    configurations: '#/?group=configuration&sort=error',
    run: run(longest),
    depth: run(moving, `/depth?at=${Math.round(moving.totalSteps * 0.4)}`),
    weights: run(stored, '/weights'),
    predictions: run(guessed, '/predictions'),
    settings: run(longest, '/settings'),
    compare: `#/compare?runs=${compared.map(({ id }) => id).join(',')}`,
    reproduction: `#/reproduction/${encodeURIComponent((grids.find(({ id }) => id === 'fast') ?? grids[0])?.id ?? '')}`,
    start: '#/start?dataset=cifar10&epochs=3&amp=1',
    ...Object.fromEntries(labViews),
  };
}

/** Quantises colours; pages of text and lines look the same. */
async function save(png, name, width) {
  const { height = 0 } = await sharp(png).metadata();
  const small = await sharp(png)
    .extract({ left: 0, top: 0, width, height: Math.min(height, maxHeights[width]) })
    .webp({ nearLossless: true, quality: 60, effort: 6 })
    .toBuffer();
  writeFileSync(join(out, `${name}.webp`), small);
  return small.length;
}

const runs = positionals[0] ?? ownRuns();
const studio = await startStudio({ root: runs, page: join(root, 'dist', 'page'), port: 0 });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
mkdirSync(out, { recursive: true });
try {
  const views = Object.entries(await addresses(studio.url)).filter(
    ([name]) => !values.only || values.only.split(',').includes(name),
  );
  for (const viewport of sizes)
    for (const colorScheme of ['light', 'dark']) {
      const context = await browser.newContext({ viewport, colorScheme, reducedMotion: 'reduce' });
      const page = await context.newPage();
      for (const [name, hash] of views) {
        await page.goto('about:blank');
        await page.goto(`${studio.url}${hash}`);
        if (name.startsWith('lab'))
          await page.locator('.lab-numbers[aria-busy="false"]').waitFor({ timeout: 60_000 });
        await page.waitForTimeout(1500);
        const bytes = await save(
          await page.screenshot({ fullPage: true }),
          `${name}-${viewport.width}-${colorScheme}`,
          viewport.width,
        );
        console.error(`${name} ${viewport.width} ${colorScheme}: ${Math.round(bytes / 1024)} kB`);
      }
      await context.close();
    }
} finally {
  await browser.close();
  await studio.close();
  if (!positionals[0]) rmSync(process.cwd(), { recursive: true, force: true });
}
