#!/usr/bin/env node
/* global document, location, requestAnimationFrame, window -- of the page */
// Measures the speed of `meanfield studio` on this machine, in Chromium; run nothing else meanwhile.
//   node scripts/studio-speed.mjs [--json]
// 1. The list with 1,000 runs: from the click on its address to the frame with the first rows, for a newly started
//    server and for one that has already read the runs.
// 2. Every preset of the lab, in a warm process: from the request to the frame with the complete picture.
// 3. Frames while dragging the depth of a landscape with 200 particles and 500 points.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { root } from './setup/steps.mjs';

const { startStudio } = await import(join(root, 'dist', 'studio', 'server', 'index.js'));
const { presets } = await import(join(root, 'dist', 'studio', 'lab', 'index.js'));
const { values } = parseArgs({ options: { json: { type: 'boolean' } } });

const fresh = 7;
const manyRuns = 1000;
const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
const shown = (ms) => `${ms.toFixed(ms < 10 ? 1 : 0)} ms`;
const say = (text) => {
  if (!values.json) process.stdout.write(`${text}\n`);
};

/** Finished runs of 400 steps with three stages. */
function writeRuns(folder) {
  for (let i = 0; i < manyRuns; i++) {
    const scheme = ['vanilla', 'mean-field', 'intervals', 'learned-step'][i % 4];
    const dir = join(folder, `cifar10-resnet20-${scheme}-s${i}`);
    mkdirSync(dir);
    const started = new Date(Date.UTC(2026, 0, 1) + i * 6e4).toISOString();
    const error = 8 + (i % 37) / 10;
    const config = {
      dataset: 'cifar10',
      model: 'resnet20',
      scheme,
      seed: i,
      epochs: 4,
      lr: 0.2,
      batchSize: 128,
    };
    writeFileSync(
      join(dir, 'config.yaml'),
      Object.entries(config)
        .map((pair) => pair.join(': '))
        .join('\n'),
    );
    const status = {
      pid: 1,
      host: 'elsewhere',
      state: 'finished',
      heartbeat: started,
      started,
      step: 400,
      epoch: 4,
      totalSteps: 400,
      exitCode: 0,
    };
    writeFileSync(join(dir, 'status.json'), JSON.stringify(status));
    const result = {
      model: 'resnet20',
      scheme,
      seed: i,
      dataset: 'cifar10',
      testError: error,
      testLoss: 0.3,
      top5Error: 0.4,
      trainLoss: 0.2,
      epochs: 4,
      steps: 400,
      seconds: 300,
      secondsPerEpoch: [75, 75, 75, 75],
      swaps: i % 5,
      parameters: 269722,
      finalSteps: {},
      confusion: [],
      perClassError: [],
      classes: [],
    };
    writeFileSync(join(dir, 'result.json'), JSON.stringify(result));
    const epochs = [0, 1, 2, 3].map((epoch) => `${epoch},1.${3 - epoch},30,0.9,20,80,99,0.1,75,680,0,300`);
    writeFileSync(
      join(dir, 'summary.csv'),
      `epoch,train_loss,train_error,eval_loss,eval_error,eval_top1,eval_top5,lr,seconds,images_per_second,swaps,peak_rss_mb\n${epochs.join('\n')}\n`,
    );
    const steps = Array.from({ length: 400 }, (_, step) =>
      JSON.stringify({
        step: step + 1,
        epoch: Math.floor(step / 100),
        loss: 2 / (1 + step / 50),
        error: 50,
        lr: 0.1,
        imagesPerSecond: 680,
        seconds: step,
      }),
    );
    writeFileSync(join(dir, 'metrics.jsonl'), `${steps.join('\n')}\n`);
  }
}

/** ms from the start of the navigation to the frame after the first rows appear; each on a fresh server, `settled` ms old. */
async function listTimes(browser, runs, settled) {
  const times = [];
  for (let i = 0; i < fresh; i++) {
    const studio = await startStudio({ root: runs, page: join(root, 'dist', 'page'), port: 0 });
    await new Promise((resolve) => setTimeout(resolve, settled));
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    await page.addInitScript(() => {
      const look = () => {
        if (document.querySelectorAll('[role=row] a').length > 10)
          requestAnimationFrame(() => requestAnimationFrame(() => (window.rowsShown = performance.now())));
        else requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
    });
    await page.goto(studio.url);
    await page.waitForFunction(() => window.rowsShown !== undefined);
    times.push(await page.evaluate(() => window.rowsShown));
    await page.close();
    await studio.close();
  }
  return times;
}

/** ms of seven requests with different seeds, in a warm process. */
async function labTimes(page, name) {
  await page.evaluate((hash) => (location.hash = hash), `#/lab/${name}`);
  const measures = () =>
    page.evaluate(() =>
      performance.getEntriesByType('measure').map(({ name, duration }) => [name, duration]),
    );
  const settled = async (before) => {
    for (;;) {
      const all = (await measures()).filter(([what]) => what.startsWith('lab: '));
      const first = all
        .filter(([what]) => what === 'lab: request to first picture')
        .map(([, duration]) => duration);
      const whole = all
        .filter(([what]) => what === 'lab: request to picture')
        .map(([, duration]) => duration);
      if (whole.length > before) return { first, whole };
      await page.waitForTimeout(20);
    }
  };
  await page.waitForTimeout(100);
  await settled(0);
  const next = page
    .getByRole('group', { name: 'Blocks and their law' })
    .getByRole('button', { name: 'next' });
  await page.evaluate(() => performance.clearMeasures());
  let times = { first: [], whole: [] };
  for (let i = 0; i < fresh; i++) {
    await next.click();
    times = await settled(i);
    await page.waitForTimeout(150);
  }
  await page.evaluate(() => performance.clearMeasures());
  return times;
}

/** Frame intervals while the slider is dragged to and fro for some seconds, and the script time of each frame. */
async function dragFrames(page) {
  await page.evaluate((hash) => (location.hash = hash), '#/lab/back-propagation?points=500&particles=200');
  await page.waitForTimeout(200);
  await page.locator('.lab-numbers[aria-busy="false"]').waitFor({ timeout: 60_000 });
  const slider = page.getByRole('slider', { name: 'depth', exact: true });
  const box = await slider.boundingBox();
  const middle = box.y + box.height / 2;
  const client = await page.context().newCDPSession(page);
  const events = [];
  client.on('Tracing.dataCollected', ({ value }) => events.push(...value));
  await client.send('Tracing.start', {
    categories: 'devtools.timeline,disabled-by-default-devtools.timeline.frame',
    transferMode: 'ReportEvents',
  });
  await page.mouse.move(box.x + box.width - 8, middle);
  await page.mouse.down();
  const frames = page.evaluate(
    () =>
      new Promise((resolve) => {
        const times = [];
        const end = performance.now() + 4000;
        const tick = (now) => {
          times.push(now);
          if (now < end) requestAnimationFrame(tick);
          else resolve(times);
        };
        requestAnimationFrame(tick);
      }),
  );
  let over = false;
  frames.then(() => (over = true));
  for (let i = 0; !over; i++) {
    const share = 0.5 + 0.48 * Math.cos(i / 25);
    await page.mouse.move(box.x + 8 + share * (box.width - 16), middle);
  }
  await page.mouse.up();
  const times = await frames;
  const done = new Promise((resolve) => client.once('Tracing.tracingComplete', resolve));
  await client.send('Tracing.end');
  await done;
  const named = (name) => events.filter((event) => event.name === name);
  const intervals = times.slice(1).map((time, i) => time - times[i]);
  const callbacks = named('FireAnimationFrame').map(({ dur }) => dur / 1000);
  return {
    framesPerSecond: (1000 * intervals.length) / (times.at(-1) - times[0]),
    lateShare: intervals.filter((interval) => interval > 25).length / intervals.length,
    longest: Math.max(...intervals),
    drawnFrames: named('DrawFrame').length,
    droppedFrames: named('DroppedFrame').length,
    script: { median: median(callbacks), longest: Math.max(...callbacks) },
  };
}

const folder = mkdtempSync(join(tmpdir(), 'studio-speed-'));
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
try {
  writeRuns(folder);
  const list = {};
  for (const [name, settled] of [
    ['just started', 0],
    ['has read them', 2000],
  ]) {
    const times = await listTimes(browser, folder, settled);
    list[name] = median(times);
    say(
      `list of ${manyRuns} runs, server ${name}: median ${shown(median(times))} (${shown(Math.min(...times))} to ${shown(Math.max(...times))}, ${fresh} fresh servers and pages)`,
    );
  }

  const studio = await startStudio({ root: folder, page: join(root, 'dist', 'page'), port: 0 });
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.goto(`${studio.url}#/lab`);
  const lab = {};
  for (const { name } of presets) {
    const { first, whole } = await labTimes(page, name);
    lab[name] = { first: median(first), whole: median(whole) };
    say(
      `lab ${name}: first picture ${shown(median(first))}, whole ${shown(median(whole))} (to ${shown(Math.max(...whole))})`,
    );
  }
  const drag = await dragFrames(page);
  say(
    `dragging: ${drag.framesPerSecond.toFixed(1)} frames a second, ${(100 * drag.lateShare).toFixed(1)} % later than 25 ms, longest ${shown(drag.longest)}; ` +
      `${drag.drawnFrames} drawn, ${drag.droppedFrames} dropped; script a frame: median ${shown(drag.script.median)}, longest ${shown(drag.script.longest)}`,
  );
  if (values.json) process.stdout.write(`${JSON.stringify({ list, lab, drag })}\n`);
  await studio.close();
} finally {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
}
