/**
 * Small nets at generic points: no step size is 1, orders differ from creation order, intervals overlap and leave
 * gaps.
 */
import { expect } from 'vitest';
import { CifarResNet, type CifarResNetOptions } from '../../src/models/index.ts';
import type { Activation } from '../../src/nn/index.ts';
import {
  type DenseArray,
  denseArray,
  type ResNetSpec,
  type SchemeName,
  seededNormal,
} from '../../src/reference/index.ts';
import { Generator, keep, noGrad, ops, scope, tensor, type Tensor } from '../../src/tensor/index.ts';

/** A scheme by the reference's name: `no-reorder` is mean-field with a frozen order. */
export interface NetCase {
  readonly title: string;
  readonly scheme: SchemeName;
  readonly pinned: boolean;
  readonly variant: 'post' | 'pre';
  /** Default: option A. */
  readonly shortcut?: 'option-b';
  readonly smoothing: number;
}

const schemes: readonly (readonly [SchemeName, boolean])[] = [
  ['vanilla', false],
  ['mean-field', false],
  ['mean-field', true],
  ['no-reorder', false],
  ['no-reorder', true],
  ['intervals', false],
  ['intervals', true],
  ['learned-step', false],
];

const cases: readonly NetCase[] = schemes.flatMap(([scheme, pinned]) =>
  (['post', 'pre'] as const).map((variant) => ({
    title: `${scheme}${pinned ? ', last pinned' : ''}, ${variant}-activation`,
    scheme,
    pinned,
    variant,
    smoothing: scheme === 'mean-field' && variant === 'pre' ? 0.1 : 0,
  })),
);

/** For `it.each('%s: ..')`. */
export const netCases = cases.map((one) => [one.title, one] as const);

/**
 * The same, plus nets with projections in their transitions, under two schemes only: schemes do not affect
 * transitions.
 */
export const netAndShortcutCases = [
  ...cases,
  ...cases
    .filter(({ scheme, pinned }) => scheme === 'vanilla' || (scheme === 'mean-field' && !pinned))
    .map((one): NetCase => ({ ...one, title: `${one.title}, option B`, shortcut: 'option-b' })),
].map((one) => [one.title, one] as const);

export const size = { depth: 20, width: 2, inChannels: 3, classes: 5 } as const;
const batch = 4;
const side = 8;
export const labelNumbers: readonly number[] = [3, 0, 4, 3];

/** Coordinates of stages with 3, 2 and 2 particles, away from ties and bounds. */
const generic: Readonly<Record<string, Coordinates>> = {
  vanilla: {},
  'mean-field': {
    'layer1.tau': [2.3, 0.7, 1.9],
    'layer2.tau': [1.4, 0.6],
    'layer3.tau': [0.8, 2.1],
  },
  'mean-field pinned': { 'layer1.tau': [1.9, 0.7, 3], 'layer2.tau': [0.6, 2], 'layer3.tau': [1.3, 2] },
  // One negative gap, which counts as 0.
  'no-reorder': { 'layer1.tau': [2.3, 0.7, 1.9], 'layer2.tau': [0.6, 1.9], 'layer3.tau': [0.8, 2.1] },
  'no-reorder pinned': { 'layer1.tau': [1.9, 0.7, 3], 'layer2.tau': [0.6, 2], 'layer3.tau': [1.3, 2] },
  // Out of order and overlapping; with a gap; one inside the other.
  intervals: {
    'layer1.tau': [1.3, 0.2, 0.9],
    'layer1.tauEnd': [2.8, 1.1, 2.2],
    'layer2.tau': [0.3, 1.4],
    'layer2.tauEnd': [0.9, 2.5],
    'layer3.tau': [1.1, 0.4],
    'layer3.tauEnd': [1.7, 2.7],
  },
  'intervals pinned': {
    'layer1.tau': [1.3, 0.2, 0.9],
    'layer1.tauEnd': [2.8, 1.1, 2.2],
    'layer2.tau': [0.3, 1.4],
    'layer2.tauEnd': [0.9, 1.8],
    'layer3.tau': [1.1, 0.4],
    'layer3.tauEnd': [1.5, 1.9],
  },
  'learned-step': { 'layer1.step': [0.8, 0.3, 1.6], 'layer2.step': [1.3, 0.6], 'layer3.step': [0.4, 1.7] },
};

/** Values by coordinate name, such as `layer1.tau`. */
export type Coordinates = Readonly<Record<string, readonly number[]>>;

export function genericCoordinates({ scheme, pinned }: NetCase): Coordinates {
  return generic[pinned ? `${scheme} pinned` : scheme]!;
}

/**
 * Random coordinates for any number of particles: orders differ from creation order, one gap of the frozen order
 * is negative, no interval is empty. Values are representable in f32, so that nets of either dtype get the same.
 */
export function drawnCoordinates(model: CifarResNet, { scheme, pinned }: NetCase, seed: number): Coordinates {
  const generator = new Generator(seed);
  const found: Record<string, readonly number[]> = {};
  for (const [name, { particles: n }] of model.stages) {
    const draw = (from: number, to: number): number[] =>
      generator
        .uniform([n])
        .toArray()
        .map((u) => Math.fround(from + (to - from) * u));
    const gaps = draw(0.5, 1.5);
    const total = gaps.reduce((sum, gap) => sum + gap, 0);
    const ends = gaps.map((_, i) => {
      const end = gaps.slice(0, i + 1).reduce((sum, gap) => sum + gap, 0);
      return Math.fround(pinned ? (end * n) / total : end);
    });
    // Swap the first and last of every three neighbours; the last particle stays at a pinned end of depth.
    const places = ends.map((_, i) => i);
    for (let i = 0; i + 2 < (pinned ? n - 1 : n); i += 3) [places[i], places[i + 2]] = [i + 2, i];
    if (n === 2 && !pinned) places.reverse();
    const moved = places.map((place) => ends[place]!);
    if (scheme === 'learned-step') found[`${name}.step`] = gaps;
    else if (scheme === 'intervals') {
      const starts = moved.map((end) => Math.fround(0.7 * end));
      const reach = (i: number): number => (pinned ? 0.9 * (n - starts[i]!) : 1.6);
      found[`${name}.tau`] = starts;
      found[`${name}.tauEnd`] = draw(0.3, 1).map((share, i) => Math.fround(starts[i]! + share * reach(i)));
    } else if (scheme !== 'vanilla') found[`${name}.tau`] = moved;
  }
  return found;
}

/** The model's options for the scheme of a case. */
export function scheduleOf({
  scheme,
  pinned,
}: Pick<NetCase, 'scheme' | 'pinned'>): CifarResNetOptions['schedule'] {
  return {
    ...(scheme === 'no-reorder' ? { scheme: 'mean-field', reorder: false } : { scheme }),
    last: pinned ? 'pinned' : 'free',
  };
}

export function specOf({ scheme, pinned, variant, shortcut }: NetCase, activation: Activation): ResNetSpec {
  return { ...size, order: variant, activation, scheme, pinned, shortcut: shortcut ?? 'option-a' };
}

/** Overwrites a parameter or buffer, for any memory layout. */
export function setValues(target: Tensor, values: ArrayLike<number>): void {
  noGrad(() => {
    scope(() => {
      ops.copy_(target, tensor(Float64Array.from(values), target.shape));
    });
  });
}

/** Sets the coordinates and sorts. */
export function setCoordinates(model: CifarResNet, coordinates: Coordinates): void {
  for (const [name, values] of Object.entries(coordinates)) setValues(model.parameters.get(name)!, values);
  for (const stage of model.stages.values()) stage.schedule.projectAndSort();
}

/** Perturbs batch-norm weights and biases away from 1 and 0. */
export function moveNorms(model: CifarResNet, seed: number): void {
  const normal = seededNormal(seed);
  for (const [name, parameter] of model.parameters)
    if (/(bn\d?|shortcut\.1)\.(weight|bias)$/.test(name))
      setValues(
        parameter,
        parameter.toArray().map((value) => Math.fround(value + 0.3 * normal())),
      );
}

/** The net of a case in f64, at its generic point. */
export function makeNet(one: NetCase, activation: Activation): CifarResNet {
  const schedule = scheduleOf(one);
  const { variant, shortcut } = one;
  const options = { ...size, variant, shortcut, activation, dtype: 'f64' as const, schedule };
  const model = new CifarResNet(options, new Generator(7));
  moveNorms(model, 5);
  setCoordinates(model, genericCoordinates(one));
  return model;
}

export function makeImages(): Tensor {
  return keep(new Generator(11).normal([batch, size.inChannels, side, side], 'f64'));
}

export function makeLabels(labels: readonly number[] = labelNumbers): Tensor {
  return keep(tensor(BigInt64Array.from(labels.map(BigInt)), [labels.length]));
}

/** The entries of a tensor in row-major order. */
export function numbers(one: Tensor): Float64Array {
  return Float64Array.from(one.toArray());
}

export function dense(one: Tensor): DenseArray {
  return denseArray(one.shape, numbers(one));
}

/** Copies of named tensors as numbers; includes empty ones, which the model omits but the reference expects. */
export function allNumbers(tensors: ReadonlyMap<string, Tensor>): Map<string, Float64Array> {
  return new Map([...tensors].map(([name, one]) => [name, numbers(one)]));
}

/** The worst of named errors and its location. `SHOW_ERRORS=1` prints it. */
export class Worst {
  #name = 'nothing compared';
  #value = Number.NaN;

  add(name: string, value: number): void {
    if (!(value <= this.#value)) [this.#name, this.#value] = [name, value];
  }

  /** @throws AssertionError unless something was compared and every error is a number below `bound` */
  expectBelow(bound: number): void {
    const text = `${this.#name}: ${this.#value.toExponential(1)}`;
    if (process.env.SHOW_ERRORS)
      process.stderr.write(`${expect.getState().currentTestName ?? ''}: ${text}\n`);
    expect(this.#value, text).toBeLessThan(bound);
  }
}
