import stringWidth from 'string-width';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { EpochProgress, StepProgress } from '../train/index.ts';
import { colours } from './output.ts';
import { progressPrinter } from './progress-bar.ts';
import {
  clearLiveLine,
  cutToWidth,
  fitParts,
  progressLine,
  tableWidth,
  type Terminal,
  visible,
} from './terminal.ts';

/** A stream that records what is written to it. */
function stream(columns?: number): Terminal & { written: string[]; columns?: number } {
  const written: string[] = [];
  return {
    written,
    ...(columns !== undefined && { columns, isTTY: true }),
    write: (text: string | Uint8Array) => {
      written.push(String(text));
      return true;
    },
  };
}

const step = (batch: number): StepProgress => ({
  kind: 'step',
  step: batch,
  totalSteps: 1000,
  epoch: 0,
  epochs: 100,
  batch,
  batches: 1000,
  loss: 2.3026,
  error: 90.12,
  lr: 0.0123,
  imagesPerSecond: 12345.6,
  secondsLeft: 36_000,
});

beforeEach(() => {
  vi.stubEnv('TERM', 'xterm');
});
afterEach(() => {
  clearLiveLine();
  vi.unstubAllEnvs();
});

describe('text that fits', () => {
  it('counts wide characters as two columns, and colours as none', () => {
    expect(cutToWidth('画像画像', 7)).toBe('画像画…');
    expect(cutToWidth('画像画像', 6)).toBe('画像…');
    expect(cutToWidth('画像', 4)).toBe('画像');
    const red = '\u001B[31mabcdef\u001B[39m';
    expect(cutToWidth(red, 6)).toBe(red);
    expect(stringWidth(cutToWidth(red, 4))).toBe(4);
    expect(cutToWidth(red, 4)).toContain('\u001B[39m');
    expect(cutToWidth('abc', 1)).toBe('');
  });

  it('drops the parts of the highest rank first, and shortens parts with a short form', () => {
    const parts = [
      { text: 'epoch 1' },
      { text: 'loss 0.12 error 3 %', short: 'loss 0.12', rank: 1 },
      { text: '4 s', rank: 2 },
    ];
    expect(fitParts(parts, 80)).toBe('epoch 1  loss 0.12 error 3 %  4 s');
    expect(fitParts(parts, 30)).toBe('epoch 1  loss 0.12 error 3 %');
    expect(fitParts(parts, 20)).toBe('epoch 1  loss 0.12');
    expect(fitParts(parts, 10)).toBe('epoch 1');
    expect(fitParts(parts, 5)).toBe('epoc…');
  });

  it('shows control characters and direction marks as escapes', () => {
    expect(visible('a\nb\u001B[31m\u202Ec\u0085')).toBe('a\\nb\\x1b[31m\\u202ec\\x85');
    expect(visible('größe 画像 👍')).toBe('größe 画像 👍');
  });
});

describe('a line of progress', () => {
  it.each([120, 80, 40, 12, 2])('stays on one line of %i columns', (columns) => {
    const terminal = stream(columns);
    progressPrinter('mean-field seed 1', terminal)(step(3));
    const [update = ''] = terminal.written;
    expect(update.startsWith('\r\u001B[K')).toBe(true);
    expect(update).not.toContain('\n');
    expect(stringWidth(update.slice(4))).toBeLessThan(columns);
  });

  it('reads the width at each update, and updates at most ten times a second', () => {
    const now = vi.spyOn(performance, 'now').mockReturnValue(0);
    const terminal = stream(100);
    const line = progressLine(terminal);
    const text = 'x'.repeat(200);
    line.show(() => text);
    now.mockReturnValue(50);
    line.show(() => text);
    expect(terminal.written).toHaveLength(1);
    terminal.columns = 30;
    now.mockReturnValue(150);
    line.show(() => text);
    now.mockRestore();
    expect(terminal.written.map((update) => stringWidth(update.slice(4)))).toEqual([99, 29]);
  });

  it('is an occasional plain line without a terminal, or on one that cannot erase a line', () => {
    const now = vi.spyOn(performance, 'now').mockReturnValue(0);
    const pipe = stream();
    const show = progressPrinter('', pipe);
    vi.stubEnv('TERM', 'dumb');
    const dumb = stream(20);
    const showDumb = progressPrinter('', dumb);
    for (let second = 1; second <= 100; second++) {
      now.mockReturnValue(1000 * second);
      show(step(second));
      showDumb(step(second));
    }
    now.mockRestore();
    expect(pipe.written).toHaveLength(3);
    expect(pipe.written[0]).toMatch(/^epoch 1\/100 {2}loss 2\.303 .* left\n$/);
    expect(dumb.written).toHaveLength(3);
    expect(dumb.written.join('')).not.toMatch(/[\r\u001B]/);
  });

  it('is erased before other text, once', () => {
    const terminal = stream(80);
    progressLine(terminal).show(() => 'half-way');
    clearLiveLine();
    clearLiveLine();
    expect(terminal.written).toEqual(['\r\u001B[Khalf-way', '\r\u001B[K']);
  });

  it('for an epoch fits on one line of a terminal of 80 columns', () => {
    const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const epoch: EpochProgress = {
      kind: 'epoch',
      epoch: 99,
      epochs: 100,
      trainLoss: 12.345,
      trainError: 90.12,
      evaluation: {
        error: 90.12,
        loss: 2.3,
        top5Error: 50,
        count: 10_000,
        perClassError: [],
        confusion: [],
      },
      evaluatedOn: 'validation',
      seconds: 12_345.6,
      imagesPerSecond: 10,
      swaps: 123,
    };
    progressPrinter('mean-field seed 1', stream(80))(epoch);
    const shown = String(stderr.mock.calls.at(-1)?.[0]);
    stderr.mockRestore();
    expect(shown).toMatch(/epoch 100\/100 {2}train loss 12\.345.*validation error 90\.12 %/);
    expect(stringWidth(shown)).toBeLessThan(80);
  });
});

describe('colour', () => {
  it.each([
    [{}, true, true],
    [{}, false, false],
    [{ NO_COLOR: '1' }, true, false],
    [{ NO_COLOR: '' }, true, true],
    [{ TERM: 'dumb' }, true, false],
    [{ FORCE_COLOR: '1' }, false, true],
    [{ FORCE_COLOR: '0' }, true, false],
    [{ FORCE_COLOR: 'false' }, true, false],
    [{ FORCE_COLOR: '1', NO_COLOR: '1' }, false, true],
    [{ FORCE_COLOR: '', NO_COLOR: '1' }, true, false],
  ])('with %j, on a terminal (%j), is %j', (env: Record<string, string>, terminal, expected) => {
    for (const name of ['NO_COLOR', 'FORCE_COLOR']) vi.stubEnv(name, env[name] ?? '');
    if (env.TERM !== undefined) vi.stubEnv('TERM', env.TERM);
    expect(colours(stream(terminal ? 80 : undefined)).isColorSupported).toBe(expected);
  });
});

it('tables have the width of the terminal; elsewhere that of COLUMNS, or no limit', () => {
  expect(tableWidth(stream(100))).toBe(100);
  expect(tableWidth(stream(0))).toBe(80);
  vi.stubEnv('COLUMNS', '60');
  expect(tableWidth(stream())).toBe(60);
  vi.stubEnv('COLUMNS', 'many');
  expect(tableWidth(stream())).toBe(Infinity);
});
