/**
 * Small learnable images, generated: each class is a wave of its own direction plus noise. For first runs and tests.
 */
import { checkInteger } from '../check.ts';
import { CounterStream } from './random.ts';
import type { ImageSet } from './types.ts';

export interface SyntheticOptions {
  readonly seed: number;
  /** Training images. Default: 2048. */
  readonly train?: number;
  /** Test images. Default: 512. */
  readonly test?: number;
  /** Pixels. Default: 16. */
  readonly height?: number;
  /** Pixels. Default: the height. */
  readonly width?: number;
  /** Default: 1. */
  readonly channels?: number;
  /** Default: 4. */
  readonly classes?: number;
}

const noise = 40;
const amplitude = 60;
/** Wavelengths across the width. */
const waves = 2;

function makeSet(
  count: number,
  part: number,
  { seed, height, width, channels, classes }: Required<SyntheticOptions>,
): ImageSet {
  const images = new Uint8Array(count * height * width * channels);
  const labels = new Int32Array(count);
  const random = new CounterStream(seed, 'synthetic');
  let at = 0;
  for (let i = 0; i < count; i++) {
    const label = random.at(part, i).below(classes);
    labels[i] = label;
    const angle = (Math.PI * label) / classes;
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    const phase = 2 * Math.PI * random.uniform();
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const wave = Math.sin((2 * Math.PI * waves * (x * cos + y * sin)) / width + phase);
        for (let c = 0; c < channels; c++) {
          const value = 128 + amplitude * wave + noise * random.normal();
          images[at++] = Math.min(255, Math.max(0, Math.round(value)));
        }
      }
  }
  const names = Array.from(
    { length: classes },
    (_, c) => `wave at ${Math.round((180 * c) / classes)} degrees`,
  );
  return { name: 'synthetic-images', images, labels, count, height, width, channels, classes: names };
}

/** Training and test images, disjoint, of the same classes. @throws UsageError for a wrong option */
export function syntheticImages(options: SyntheticOptions): { train: ImageSet; test: ImageSet } {
  const { train = 2048, test = 512, height = 16, channels = 1, classes = 4 } = options;
  const all = { ...options, train, test, height, width: options.width ?? height, channels, classes };
  for (const name of ['train', 'test', 'height', 'width', 'channels'] as const)
    checkInteger(`${name} of synthetic-images`, all[name], { min: 1 });
  checkInteger('classes of synthetic-images', classes, { min: 2 });
  return { train: makeSet(train, 0, all), test: makeSet(test, 1, all) };
}
