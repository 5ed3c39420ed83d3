/** Runs recognise their data: they do not resume with other data, and are not tested on other classes. */
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { UsageError } from '../../src/errors.ts';
import { readConfigFile } from '../../src/runs/index.ts';
import {
  BatchTensors,
  evaluate,
  loadTestImages,
  loadTrained,
  resolveConfig,
  resumeRun,
  type SessionResult,
  startRun,
  type TrainOptions,
} from '../../src/train/index.ts';
import { temporaryFolder } from '../../src/test-folder.ts';

const root = temporaryFolder();

interface Folder {
  /** Name and colour of each class. */
  readonly classes?: Readonly<Record<string, string>>;
  readonly images?: number;
  readonly size?: number;
  readonly format?: 'png' | 'webp';
}

const insects = { ants: '#a01010', bees: '#1010a0' };

/** Creates an image folder: the pictures of a class have its colour, each slightly different. */
async function imageFolder(
  name: string,
  { classes = insects, images = 8, size = 12, format = 'png' }: Folder = {},
): Promise<string> {
  const dir = join(root, name);
  for (const [part, count] of [
    ['train', images],
    ['test', 4],
  ] as const)
    for (const [label, background] of Object.entries(classes)) {
      mkdirSync(join(dir, part, label), { recursive: true });
      for (let i = 0; i < count; i++)
        await sharp({ create: { width: size, height: size, channels: 3, background } })
          .linear(1, 3 * i)
          [format]({ ...(format === 'webp' && { lossless: true }) })
          .toFile(join(dir, part, label, `${i}.${format}`));
    }
  return dir;
}

/** A run stopped after its third of four steps. */
async function stoppedRun(name: string, options: TrainOptions): Promise<SessionResult> {
  let steps = 0;
  const config = resolveConfig({
    ...{ model: 'resnet8', width: 2, epochs: 2, batchSize: 8, threads: 1, lr: 0.05 },
    ...{ scheme: 'vanilla', pad: 0, flip: false },
    ...options,
  });
  return startRun(config, {
    root,
    name,
    onProgress: ({ kind }) => {
      if (kind === 'step') steps++;
    },
    interrupted: () => (steps === 3 ? 130 : undefined),
  });
}

const copyOf = (run: string, name: string): string => {
  const dir = join(root, name);
  cpSync(run, dir, { recursive: true });
  return dir;
};
const message = async (action: Promise<unknown>): Promise<string> => {
  try {
    await action;
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    expect((error as Error).message).not.toContain('\n');
    return (error as Error).message;
  }
  return 'taken';
};

/** The test error in percent, and the notes. */
async function tested(run: string, dataDir?: string): Promise<{ error: number; notes: readonly string[] }> {
  const trained = loadTrained(run);
  const data = await loadTestImages(run, trained, { dataDir });
  const tensors = new BatchTensors(data.test, data, trained.config.dtype, trained.config.device);
  const { error } = evaluate((images) => trained.learner.forward(images, false), data.test, tensors);
  tensors.dispose();
  return { error, notes: data.notes ?? [] };
}

describe('a run on an image folder', () => {
  let run = '';
  let own = '';
  beforeAll(async () => {
    own = await imageFolder('own');
    run = (await stoppedRun('insects', { dataset: 'image-folder', dataDir: own })).dir;
  });

  it.each([
    ['fewer images', { images: 6 }, 'training images differ from those found here (16 images then, 12 now)'],
    ['more images', { images: 9 }, 'training images differ from those found here (16 images then, 18 now)'],
    [
      'other classes',
      { classes: { bees: insects.bees, wasps: insects.ants } },
      'classes then: ants, bees; now: bees, wasps',
    ],
    ['one more class', { classes: { ...insects, wasps: '#10a010' } }, 'now: ants, bees, wasps'],
    ['another size', { size: 16 }, '12 x 12 pixels and 3 channels then, 16 x 16 pixels'],
    [
      'grey pictures',
      { classes: { ants: '#202020', bees: '#a0a0a0' } },
      'other pixels: the files have changed, or an earlier version of meanfield decoded them differently (transparency, CMYK, EXIF',
    ],
  ] as const)('does not go on with %s', async (what, folder, words) => {
    const other = await imageFolder(what, folder);
    const dir = copyOf(run, `insects with ${what}`);
    const before = readFileSync(join(dir, 'metrics.jsonl'));
    const told = await message(resumeRun(dir, { dataDir: other }));
    expect(told).toContain(words);
    expect(told).toContain('--data-dir');
    // The run is unchanged.
    expect(readFileSync(join(dir, 'metrics.jsonl'))).toEqual(before);
    expect(readConfigFile(join(dir, 'config.yaml'))['data-dir']).toBe(own);
  });

  it('does not resume with permuted labels or another test set', async () => {
    const swapped = await imageFolder('swapped', { images: 4 });
    for (const i of [4, 5, 6, 7]) {
      // Keep the class counts: the same images in another order.
      cpSync(join(own, 'train', 'ants', `${i}.png`), join(swapped, 'train', 'ants', `x${i}.png`));
      cpSync(join(own, 'train', 'bees', `${i}.png`), join(swapped, 'train', 'bees', `x${i}.png`));
    }
    rmSync(join(swapped, 'train', 'ants', 'x4.png'));
    cpSync(join(own, 'train', 'ants', '4.png'), join(swapped, 'train', 'bees', 'x0.png'));
    expect(await message(resumeRun(copyOf(run, 'swapped-run'), { dataDir: swapped }))).toContain(
      'other labels',
    );
    const shorter = join(root, 'shorter');
    cpSync(own, shorter, { recursive: true });
    rmSync(join(shorter, 'test', 'bees', '3.png'));
    expect(await message(resumeRun(copyOf(run, 'shorter-run'), { dataDir: shorter }))).toContain(
      'its test images differ from those found here (8 images then, 7 now)',
    );
  });

  it('resumes with its own data in another folder, in other files, and records the folder', async () => {
    const dir = copyOf(run, 'moved-run');
    const moved = await imageFolder('moved', { format: 'webp' });
    let stop = 0;
    const first = await resumeRun(dir, { dataDir: moved }, { interrupted: () => (++stop ? 130 : undefined) });
    expect(first.result).toBeUndefined();
    expect(readConfigFile(join(dir, 'config.yaml'))['data-dir']).toBe(moved);
    expect((await resumeRun(dir)).result).toBeDefined();
    // The same bits as a run that was never moved.
    const still = copyOf(run, 'still-run');
    await resumeRun(still);
    const weights = (of: string): Buffer =>
      readFileSync(join(of, 'checkpoints', 'last', 'model.safetensors'));
    expect(weights(dir).equals(weights(still))).toBe(true);
  });

  it('of an earlier version, without a fingerprint, resumes, but not with other classes or another size', async () => {
    const old = copyOf(run, 'old');
    const file = join(old, 'checkpoints', 'last', 'state.json');
    const { data, ...state } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
    expect(data).toBeDefined();
    writeFileSync(file, JSON.stringify(state));
    const wasps = await imageFolder('wasps', { classes: { bees: '#1010a0', wasps: '#a01010' } });
    expect(await message(resumeRun(old, { dataDir: wasps }))).toContain('classes then: ants, bees');
    const larger = await imageFolder('larger', { size: 16 });
    expect(await message(resumeRun(old, { dataDir: larger }))).toContain('12 x 12 pixels');
    expect((await resumeRun(old)).result).toBeDefined();
    expect(JSON.parse(readFileSync(file, 'utf8'))).toHaveProperty('data.train.labels');
  });

  it('is tested on images of any size, scaled as predict scales them', async () => {
    const large = await imageFolder('large', { size: 36 });
    const [here, there] = [await tested(run), await tested(run, large)];
    expect(there.error).toBe(here.error);
    expect(here.notes).toEqual([]);
    expect((await loadTestImages(run, loadTrained(run), { dataDir: large })).test).toMatchObject({
      height: 12,
      width: 12,
    });
  });

  it('is tested only on its own classes; the error names both lists', async () => {
    const others = await imageFolder('others', { classes: { bees: '#1010a0', wasps: '#a01010' } });
    expect(await message(tested(run, others))).toMatch(
      /was trained on the classes ants, bees; the test images of .*others have bees, wasps$/,
    );
    const one = await imageFolder('one', { classes: { ants: '#a01010', bees: '#1010a0', wasps: '#10a010' } });
    expect(await message(tested(run, one))).toContain('have ants, bees, wasps');
  });

  it('notes other test images', async () => {
    const darker = await imageFolder('darker', { classes: { ants: '#900000', bees: '#000090' } });
    expect((await tested(run, darker)).notes).toEqual([
      'these 8 test images differ from the 8 of the training',
    ]);
  });

  it('with a checkpoint of another net is rejected', async () => {
    const { dir } = await stoppedRun('wide', { dataset: 'image-folder', dataDir: own, width: 4 });
    expect(() => loadTrained(run, join(dir, 'checkpoints', 'last'))).toThrow(
      'its width is 4, that of this model is 2',
    );
  });
});

it('a run on IDX files is tested on IDX files of another size, scaled', async () => {
  const idx = (name: string, side: number): string => {
    const dir = join(root, name);
    mkdirSync(dir, { recursive: true });
    const write = (part: string, count: number): void => {
      const images = Buffer.alloc(count * side * side);
      for (let i = 0; i < count; i++) images.fill(i % 2 ? 200 : 30, i * side * side, (i + 1) * side * side);
      const head = (bytes: readonly number[]): Buffer => Buffer.from(bytes);
      writeFileSync(
        join(dir, `${part}-images-idx3-ubyte`),
        Buffer.concat([head([0, 0, 8, 3, 0, 0, 0, count, 0, 0, 0, side, 0, 0, 0, side]), images]),
      );
      writeFileSync(
        join(dir, `${part}-labels-idx1-ubyte`),
        Buffer.concat([
          head([0, 0, 8, 1, 0, 0, 0, count]),
          head(Array.from({ length: count }, (_, i) => i % 2)),
        ]),
      );
    };
    write('train', 16);
    write('t10k', 8);
    return dir;
  };
  const { dir } = await stoppedRun('idx', { dataset: 'idx', dataDir: idx('small', 8) });
  const here = await tested(dir);
  const there = await tested(dir, idx('double', 16));
  expect(there.error).toBe(here.error);
  // Plain grey stays plain grey: after scaling, the images equal those of the training.
  expect(there.notes).toEqual([]);
});

it('a folder for generated images is rejected', async () => {
  const { dir } = await stoppedRun('drawn', { dataset: 'synthetic-images', limitTrainBatches: 2 });
  expect(await message(tested(dir, root))).toContain('--data-dir has no effect');
  expect(await message(resumeRun(dir, { dataDir: root }))).toContain('--data-dir belongs to --dataset');
});
