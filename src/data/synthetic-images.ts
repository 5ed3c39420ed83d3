/** Small learnable images made on the spot: each class is a wave of its own direction, in noise. For first runs and tests. */
import { CounterStream } from './random.ts';
import type { ImageSet } from './types.ts';

export interface SyntheticOptions {
  readonly seed: number;
  readonly train?: number;
  readonly test?: number;
  readonly side?: number;
  readonly channels?: number;
  readonly classes?: number;
}

const noise = 40;
const amplitude = 60;

function makeSet(
  name: string,
  count: number,
  part: number,
  { seed, side = 16, channels = 1, classes = 4 }: SyntheticOptions,
): ImageSet {
  const images = new Uint8Array(count * side * side * channels);
  const labels = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const random = new CounterStream(seed, 'synthetic', part, i);
    const label = random.below(classes);
    labels[i] = label;
    const angle = (Math.PI * label) / classes;
    const phase = 2 * Math.PI * random.uniform();
    for (let y = 0; y < side; y++)
      for (let x = 0; x < side; x++) {
        const wave = Math.sin((4 * Math.PI * (x * Math.cos(angle) + y * Math.sin(angle))) / side + phase);
        for (let c = 0; c < channels; c++) {
          const value = 128 + amplitude * wave + noise * random.normal();
          images[((i * side + y) * side + x) * channels + c] = Math.min(255, Math.max(0, Math.round(value)));
        }
      }
  }
  const names = Array.from(
    { length: classes },
    (_, c) => `wave at ${Math.round((180 * c) / classes)} degrees`,
  );
  return { name, images, labels, count, height: side, width: side, channels, classes: names };
}

/** Training and test images that share nothing but the classes. */
export function syntheticImages(options: SyntheticOptions): { train: ImageSet; test: ImageSet } {
  return {
    train: makeSet('synthetic-images', options.train ?? 2048, 0, options),
    test: makeSet('synthetic-images', options.test ?? 512, 1, options),
  };
}
