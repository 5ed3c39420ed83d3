/**
 * Trackio reads tables with a column `step` and ISO times: `trackio.import_csv`. It cuts names of columns to their first
 * 10 letters, digits and slashes, so that `tau/layer1/0` and `tau/layer1/1` would become `tau/layer1` and
 * `tau/layer1_1`: names are abbreviated here.
 */
import { writeTable } from './csv.ts';
import type { History } from './history.ts';
import type { Tracker } from './tracker.ts';

/** Replaced in this order. */
const abbreviations: readonly (readonly [RegExp, string])[] = [
  [/^(tau|tau-end|step-size)\/layer/, '$1/'],
  [/^tau-end\//, 'end/'],
  [/^step-size\//, 'h/'],
  [/^tau-lr$/, 'lr/tau'],
  [/^images-per-second$/, 'images/s'],
  [/^(?:test|validation)\/ema-/, 'ema/'],
  [/^validation\//, 'val/'],
  [/^final\/ema-test-/, 'emaf/'],
  [/^(epoch|final)\/(?:train-|test-)/, '$1/'],
  [/^epoch\/seconds$/, 'epoch/time'],
  [/\/error$/, '/err'],
];

/** The name of a metric within the limits of trackio. */
export const shortName = (name: string): string =>
  abbreviations.reduce((short, [pattern, by]) => short.replace(pattern, by), name);

const renamed = (history: History): History => ({
  ...history,
  points: history.points.map((point) => ({
    ...point,
    metrics: Object.fromEntries(
      Object.entries(point.metrics).map(([name, value]) => [shortName(name), value]),
    ),
  })),
});

export const trackio: Tracker = {
  place: 'output',
  write: (history, output) =>
    writeTable(renamed(history), output, (seconds) => new Date(1000 * seconds).toISOString()),
  hint: (output) =>
    `import each run as a project: trackio.import_csv('${output}/RUN.csv', project='RUN', name='RUN')`,
};
