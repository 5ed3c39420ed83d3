/** Folders of image files as a user meets them: train, check, evaluate, predict. */
import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, expect, it } from 'vitest';
import { encodeNpy } from '../../src/io/index.ts';
import { meanfield } from './command.ts';
import { temporaryFolder } from '../../src/test-folder.ts';

const root = temporaryFolder();
const [data, run] = [join(root, 'data'), join(root, 'run')];

/** One colour, slightly changed from image to image. */
async function put(path: string, shade: number, i: number): Promise<void> {
  mkdirSync(dirname(path), { recursive: true });
  const bytes = Uint8Array.from({ length: 8 * 8 * 3 }, (_, at) => shade + ((at * 7 + i * 13) % 40));
  await sharp(bytes, { raw: { width: 8, height: 8, channels: 3 } }).toFile(path);
}

const lastLine = (text: string): unknown => JSON.parse(text.trim().split('\n').at(-1) ?? '');
const threads = ['--threads', '1'];

beforeAll(async () => {
  for (const [part, count] of [
    ['train', 8],
    ['val', 2],
    ['test', 3],
  ] as const)
    for (let i = 0; i < count; i++) {
      await put(join(data, part, 'dark', `${i}.png`), 10, i);
      await put(join(data, part, 'light', `${i}.png`), 190, i);
    }
  symlinkSync('..', join(data, 'train', 'dark', 'loop'));
  writeFileSync(join(data, 'train', 'dark', 'x.bmp'), 'BM');
  const outcome = meanfield([
    ...['train', '--dataset', 'image-folder', '--data-dir', data, '--model', 'resnet8', '--width', '2'],
    ...['--scheme', 'vanilla', '--epochs', '2', '--batch-size', '8', '--pad', '0', '--no-report'],
    ...['--output', root, '--name', 'run', ...threads],
  ]);
  expect(outcome.code).toBe(0);
  expect(outcome.stderr).toContain('16 + 6 images and 4 for validation');
  expect(outcome.stderr).toMatch(/note: train: 1 file is not in a supported image format: 1 \.bmp/);
  expect(outcome.stderr).toMatch(/note: train: 1 link leads back/);
  expect(outcome.stderr).toMatch(/epoch 2\/2 .*validation error/);
  expect(outcome.stderr).not.toMatch(/epoch \d\/2 .*test error/);
});

it('epochs are evaluated on val, and the result has both errors', () => {
  const result = JSON.parse(readFileSync(join(run, 'result.json'), 'utf8')) as Record<string, unknown>;
  expect(result.validationError).toEqual(expect.any(Number));
  expect((result.confusion as number[][]).flat().reduce((sum, count) => sum + count, 0)).toBe(6);
  const split = meanfield(['train', '--dataset', 'image-folder', '--data-dir', data, '--val-split', '2']);
  expect(split.code).toBe(2);
  expect(split.stderr).toMatch(/^meanfield: .*--val-split .*4 validation images/);
  const grey = meanfield(['train', '--dataset', 'image-folder', '--data-dir', data, '--channels', '2']);
  expect(grey.code).toBe(2);
  expect(grey.stderr).toMatch(/^meanfield: .*1 or 3 for --channels/);
});

it('check counts each image once and names skipped files', () => {
  const outcome = meanfield(['data', 'check', 'image-folder', '--data-dir', data]);
  expect(outcome.code).toBe(0);
  expect(outcome.stdout).toContain('16 + 6 images (and 4 for validation) of 8 x 8 x 3, 2 classes');
  expect(outcome.stdout).toMatch(/note: train: 1 file .*x\.bmp/);
  const grey = meanfield(['data', 'check', 'image-folder', '--data-dir', data, '--channels', '1', '--json']);
  expect(lastLine(grey.stdout)).toMatchObject({
    channels: 1,
    validation: 4,
    notes: [expect.any(String), expect.any(String)],
  });
});

it('evaluate needs no training images, and scales images to the training size', async () => {
  const moved = join(root, 'moved');
  for (let i = 0; i < 3; i++)
    for (const [name, shade] of [
      ['dark', 10],
      ['light', 190],
    ] as const) {
      await put(join(moved, 'test', name, `${i}.png`), shade, i);
      const large = await sharp(join(moved, 'test', name, `${i}.png`))
        .resize(32, 32, { kernel: 'nearest' })
        .png()
        .toBuffer();
      writeFileSync(join(moved, 'test', name, `${i}.png`), large);
    }
  const own = lastLine(meanfield(['evaluate', run, '--json', ...threads]).stdout) as { testError: number };
  expect(own).not.toHaveProperty('top5Error');
  const other = meanfield(['evaluate', run, '--data-dir', moved, '--json', ...threads]);
  expect(lastLine(other.stdout)).toMatchObject({
    images: 6,
    testError: own.testError,
    classes: ['dark', 'light'],
  });
});

it('evaluate tests a run on images in .npy files, with its own classes', () => {
  const shades = [10, 200, 195, 12];
  const bytes = Uint8Array.from(
    { length: 4 * 8 * 8 * 3 },
    (_, at) => shades[Math.floor(at / 192)]! + (at % 40),
  );
  const put = (name: string, shape: number[], data: Uint8Array): void => {
    writeFileSync(join(root, name), Buffer.concat(encodeNpy({ dtype: 'U8', shape, data })));
  };
  put('shift_data.npy', [4, 8, 8, 3], bytes);
  put('shift_labels.npy', [4], Uint8Array.of(0, 1, 1, 0));
  const npy = ['--dataset', 'npy', '--data-dir', join(root, 'shift_data.npy'), ...threads];
  const outcome = meanfield(['evaluate', run, ...npy, '--json']);
  const result = lastLine(outcome.stdout) as { images: number; classes: string[]; confusion: number[][] };
  expect(result).toMatchObject({ images: 4, classes: ['dark', 'light'] });
  expect(result.confusion.map((row) => row[0]! + row[1]!)).toEqual([2, 2]);
  put('shift_labels.npy', [4], Uint8Array.of(0, 1, 1, 2));
  const wrong = meanfield(['evaluate', run, ...npy]);
  expect(wrong.code).toBe(3);
  expect(wrong.stderr).toMatch(
    /^meanfield: .*shift_labels\.npy: the label of record 3 is 2, out of range 0\.\.1/,
  );
  const train = meanfield(['train', ...npy]);
  expect(train.code).toBe(2);
  expect(train.stderr).toMatch(/npy holds test images only/);
});

it('evaluate reports each severity of CIFAR-10-C, and a table of its corruptions', () => {
  // A net that separates the classes.
  const trained = meanfield([
    ...['train', '--dataset', 'image-folder', '--data-dir', data, '--model', 'resnet8', '--width', '4'],
    ...[
      '--scheme',
      'vanilla',
      '--epochs',
      '20',
      '--batch-size',
      '8',
      '--pad',
      '0',
      '--no-flip',
      '--lr',
      '0.05',
    ],
    ...['--no-report', '--quiet', '--output', root, '--name', 'apart', '--json', ...threads],
  ]);
  expect(lastLine(trained.stdout)).toMatchObject({ testError: 0 });
  const folder = join(root, 'CIFAR-10-C');
  mkdirSync(folder);
  const write = (name: string, shape: number[], data: Uint8Array): void => {
    writeFileSync(join(folder, name), Buffer.concat(encodeNpy({ dtype: 'U8', shape, data })));
  };
  // Four images at five severities: from the i-th severity on, the last `wrong[i]` are of the other class.
  const corrupted = (wrong: readonly number[]): Uint8Array =>
    Uint8Array.from({ length: 20 * 192 }, (_, at) => {
      const image = Math.floor(at / 192);
      const isLight = image % 4 < 2 === image % 4 >= 4 - wrong[Math.floor(image / 4)]!;
      return (isLight ? 190 : 10) + ((at * 7) % 40);
    });
  write('fog.npy', [20, 8, 8, 3], corrupted([0, 0, 1, 1, 2]));
  write('snow.npy', [20, 8, 8, 3], corrupted([0, 1, 1, 2, 2]));
  write(
    'labels.npy',
    [20],
    Uint8Array.from({ length: 20 }, (_, i) => (i % 4 < 2 ? 0 : 1)),
  );
  const test = (...words: string[]): ReturnType<typeof meanfield> =>
    meanfield(['evaluate', join(root, 'apart'), '--dataset', 'npy', '--data-dir', ...words, ...threads]);
  const fog = lastLine(test(join(folder, 'fog.npy'), '--json').stdout) as { files: unknown };
  expect(fog).toMatchObject({
    images: 20,
    testError: 20,
    meanCorruptionError: 20,
    files: [{ name: 'fog', testError: 20, severityErrors: [0, 0, 25, 25, 50] }],
  });
  const both = lastLine(test(folder, '--json').stdout);
  expect(both).toMatchObject({
    images: 40,
    testError: 25,
    meanCorruptionError: 25,
    files: [
      { name: 'fog', testError: 20, severityErrors: [0, 0, 25, 25, 50] },
      { name: 'snow', testError: 30, severityErrors: [0, 25, 25, 50, 50] },
    ],
  });
  const { stdout } = test(folder);
  expect(stdout).toMatch(/^corruption +error % +severity 1 +.* severity 5 *$/m);
  expect(stdout).toMatch(/^snow +30\.00 +0\.00 +25\.00 +25\.00 +50\.00 +50\.00 *$/m);
  expect(stdout).toContain('mean corruption error 25.00 %, not normalized by a baseline net\n');
});

it('predict reports an unreadable file, continues with the others, and fails at the end', async () => {
  const folder = join(root, 'predict');
  await put(join(folder, 'a.png'), 10, 0);
  writeFileSync(join(folder, 'b.png'), 'no image');
  await put(join(folder, 'c.png'), 190, 0);
  for (const clutter of ['._c.png', '__MACOSX/c.png', '.ipynb_checkpoints/c.png']) {
    mkdirSync(dirname(join(folder, clutter)), { recursive: true });
    writeFileSync(join(folder, clutter), 'no image');
  }
  const outcome = meanfield(['predict', run, folder, join(root, 'nowhere.png'), '--json', ...threads]);
  expect(outcome.code).toBe(1);
  expect(outcome.stderr.trim().split('\n')).toEqual([
    `meanfield: ${join(root, 'nowhere.png')} does not exist`,
    expect.stringMatching(/^meanfield: .*b\.png cannot be read as an image: /),
  ]);
  expect(lastLine(outcome.stdout)).toMatchObject({
    predictions: [{ name: join(folder, 'a.png') }, { name: join(folder, 'c.png') }],
    failed: [{ name: join(root, 'nowhere.png') }, { name: join(folder, 'b.png') }],
  });
  renameSync(join(folder, 'b.png'), join(folder, 'b.txt'));
  const good = meanfield(['predict', run, folder, ...threads]);
  expect(good.code).toBe(0);
  expect(good.stdout.trim().split('\n')).toHaveLength(2);
  expect(good.stderr).toMatch(/1 file is not in a supported image format: 1 \.txt/);
});

it.each(['0', '-1', '1.5'])('predict --top %s is refused in one line', (top) => {
  const outcome = meanfield(['predict', run, join(data, 'test'), '--top', top]);
  expect(outcome.code).toBe(2);
  expect(outcome.stderr).toMatch(/--top/);
  expect(outcome.stdout).toBe('');
});

it('evaluate gives no error for a class without test images', async () => {
  const part = join(root, 'one-class');
  for (let i = 0; i < 3; i++) await put(join(part, 'test', 'dark', `${i}.png`), 10, i);
  cpSync(join(data, 'train'), join(part, 'train'), { recursive: true });
  const { code, stdout, stderr } = meanfield(['evaluate', run, '--data-dir', part, ...threads]);
  expect(stderr).toContain('3 test images');
  expect(stdout).toMatch(/^light +no images *$/m);
  expect(stdout).toMatch(/^dark +\d+\.\d\d/m);
  expect(code).toBe(0);
});

it.each([
  [
    '--pad',
    '8',
    '--pad 8 allows crops without a pixel of the image: the images have 8 x 8 pixels; give at most 7',
  ],
  ['--pad', '99', '--pad 99 allows crops without a pixel'],
])('train refuses %s %s, a crop beside the image', (flag, value, message) => {
  const common = ['train', '--dataset', 'synthetic-images', '--image-size', '8', '--model', 'resnet8'];
  const { code, stderr } = meanfield([...common, flag, value, '--output', root, ...threads]);
  expect(stderr).toMatch(/^meanfield: .*\n$/);
  expect(stderr).toContain(message);
  expect(code).toBe(2);
});

it('a class without test images is named by check and evaluate, and has no error in JSON', () => {
  const part = join(root, 'no-light');
  cpSync(data, part, { recursive: true });
  rmSync(join(part, 'test', 'light'), { recursive: true });
  rmSync(join(part, 'val', 'dark'), { recursive: true });
  const { stdout } = meanfield(['data', 'check', 'image-folder', '--data-dir', part]);
  expect(stdout).toContain('note: the validation set has no images of the class dark\n');
  expect(stdout).toContain('note: the test set has no images of the class light\n');
  const evaluated = meanfield(['evaluate', run, '--data-dir', part, '--json', ...threads]);
  expect(evaluated.stderr).toContain('note: the test set has no images of the class light\n');
  expect(lastLine(evaluated.stdout)).toMatchObject({ perClassError: [expect.any(Number), null] });
});

it('evaluate reports a missing data path', () => {
  const { code, stderr } = meanfield(['evaluate', run, '--data-dir', join(root, 'nope'), ...threads]);
  expect(stderr).toBe(
    `meanfield: image-folder not found: ${join(root, 'nope')} does not exist; give its folder with --data-dir\n`,
  );
  expect(code).toBe(3);
});

it('train refuses a cutout that erases every image', () => {
  const common = ['train', '--dataset', 'synthetic-images', '--image-size', '8', '--model', 'resnet8'];
  const { code, stderr } = meanfield([...common, '--cutout', '16', '--output', root, ...threads]);
  expect(stderr).toBe(
    'meanfield: --cutout 16 erases every image: the images have 8 x 8 pixels; give at most 8\n',
  );
  expect(code).toBe(2);
});
