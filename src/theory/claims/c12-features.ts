/** C12: a mean-field network learns features; its linearisation, the neural tangent kernel, does not. */
import type { GridMeasure } from '../../mean-field/index.ts';
import type { ClaimPanel, Check } from '../../runs/index.ts';
import { ops, scope, tensor } from '../../tensor/index.ts';
import { atLeast, atMost } from '../check.ts';
import type { Claim, ClaimContext } from '../claim.ts';
import { mean, standardError } from '../../stats/index.ts';
import { type ErrorOn, lazyError, meanFieldError } from '../features/errors.ts';
import { draw, hermite, initialBlocks, radius, type Samples, type Task, xor } from '../features/tasks.ts';
import type { Fashion } from '../fashion.ts';

interface Parts {
  readonly meanFieldError: ErrorOn;
  readonly lazyError: ErrorOn;
}

interface Model {
  readonly name: string;
  readonly slices: number;
}

const models: readonly Model[] = [
  { name: 'two-layer', slices: 1 },
  { name: 'ResNet', slices: 4 },
];
/** Total over all slices. */
const particles = 256;
/** For the kernel, which is then close to that of infinite width. */
const kernelParticles = 2048;
const testSamples = 1000;

/** Errors of both models, one per seed. */
interface Cell {
  readonly task: Task;
  readonly model: Model;
  readonly features: number;
  readonly lazy: readonly number[];
  readonly meanField: readonly number[];
}

export const c12: Claim<Parts> = {
  id: 'C12',
  title: 'Mean-field networks learn features, the NTK does not',
  statement:
    'On targets that depend on one or two of d directions, with n = 10 d samples, trained particles have a lower error than kernel ridge regression with their initial tangent kernel.',
  parts: { meanFieldError, lazyError },
  real: true,
  cost: 60,
  measure(setting, parts) {
    const { quick, fashion } = setting;
    const dimensions = quick ? [12] : [10, 20, 40];
    const cells = measureCells(setting, parts, dimensions);
    return {
      sentence:
        'Trained particles find the relevant directions; the kernel, fixed at initialisation, treats all directions alike. If no direction is special, there is no gain.',
      checks: [xor, hermite, radius].flatMap((task) => checksOf(task, cells)),
      reported: fashion ? fashionErrors(setting, fashion, parts) : {},
      panels: [xor, hermite, radius].map((task) => panelOf(task, cells, dimensions)),
    };
  },
};

/** The checks of a task, from all its cells. */
function checksOf(task: Task, cells: readonly Cell[]): Check[] {
  const own = cells.filter((cell) => cell.task === task);
  if (task === radius) {
    const ratio = mean(own.map(({ lazy, meanField }) => mean(meanField) / mean(lazy)));
    const lowest = Math.max(Math.min(...own.map(zScore)), 0);
    return [
      atMost({ name: 'control abs(x)^2: min paired z', measured: lowest }, 2),
      atLeast({ name: 'control abs(x)^2: mean-field error / NTK error', measured: ratio }, 0.8),
    ];
  }
  return models.map((model) => {
    const lowest = Math.min(...own.filter((cell) => cell.model === model).map(zScore));
    return atLeast({ name: `${task.name}, ${model.name}: min paired z over d`, measured: lowest }, 2);
  });
}

function measureCells(
  { quick, draw: stream, progress, report }: ClaimContext,
  parts: Parts,
  dimensions: number[],
): Cell[] {
  const seeds = quick ? 4 : 5;
  const places = [xor, hermite, radius]
    .flatMap((task) => dimensions.flatMap((features) => models.map((model) => ({ task, features, model }))))
    .map((place, i) => ({ ...place, first: 100 * i }));
  let done = 0;
  const cellsOf = (chosen: Task): Cell[] => {
    const cells = places
      .filter(({ task }) => task === chosen)
      .map(({ task, features, model, first }) => {
        const pairs = Array.from({ length: seeds }, (_, seed) => {
          progress(done++ / (seeds * places.length));
          return scope(() => {
            const generator = stream(first + seed);
            const train = draw(task, generator, 10 * features, features);
            const test = draw(task, generator, testSamples, features);
            return errorsOf(parts, train, test, (count) =>
              initialBlocks(generator, features, model.slices, count / model.slices),
            );
          });
        });
        return {
          task,
          model,
          features,
          lazy: pairs.map(({ lazy }) => lazy),
          meanField: pairs.map(({ meanField }) => meanField),
        };
      });
    report(checksOf(chosen, cells));
    return cells;
  };
  return [xor, radius, hermite].flatMap(cellsOf);
}

function errorsOf(
  parts: Parts,
  train: Samples,
  test: Samples,
  start: (count: number) => GridMeasure,
): { meanField: number; lazy: number } {
  return {
    meanField: parts.meanFieldError(train, test, start(particles)),
    lazy: parts.lazyError(train, test, start(kernelParticles)),
  };
}

/** The mean over seeds of lazy minus mean-field, divided by its standard error. */
function zScore({ lazy, meanField }: Cell): number {
  const gains = lazy.map((error, i) => error - (meanField[i] ?? NaN));
  return mean(gains) / (standardError(gains) ?? NaN);
}

function panelOf(task: Task, cells: readonly Cell[], dimensions: readonly number[]): ClaimPanel {
  const line = (model: Model, part: 'lazy' | 'meanField'): [number, number][] =>
    dimensions.map((features) => {
      const cell = cells.find((one) => one.task === task && one.model === model && one.features === features);
      return [features, mean(cell?.[part] ?? [])];
    });
  return {
    title: `Test error on ${task.name}`,
    x: { title: 'features d', log: true },
    y: { title: 'mean squared error / variance' },
    series: models.flatMap((model) => [
      { name: `${model.name}, mean-field`, points: line(model, 'meanField') },
      { name: `${model.name}, NTK`, points: line(model, 'lazy') },
    ]),
  };
}

/** Parity of the class from 16 principal components: 400 training images, 1000 test images. */
function fashionErrors(
  { draw: stream, quick }: ClaimContext,
  fashion: Fashion,
  parts: Parts,
): Record<string, number> {
  const count = quick ? 100 : 400;
  const part = (from: number, to: number): Samples => ({
    inputs: ops.sliceDim(fashion.inputs, 0, from, to),
    targets: tensor(
      Float64Array.from(fashion.labels.slice(from, to), (label) => (label % 2 ? 1 : -1)),
      [to - from, 1],
    ),
  });
  const features = fashion.inputs.shape[1] ?? 0;
  return Object.fromEntries(
    models.flatMap((model, i) =>
      scope(() => {
        const generator = stream(9000 + i);
        const errors = errorsOf(parts, part(0, count), part(count, count + testSamples), (size) =>
          initialBlocks(generator, features, model.slices, size / model.slices),
        );
        return [
          [`Fashion-MNIST, ${model.name}: test error, mean-field`, errors.meanField],
          [`Fashion-MNIST, ${model.name}: test error, NTK`, errors.lazy],
        ];
      }),
    ),
  );
}
