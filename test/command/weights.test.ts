/** Weight files as a user meets them: export, evaluate, train from them. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { callOf, globalOf, pickleOf, tensorOf, zipOf } from '../../src/io/pytorch/fake-file.ts';
import { decodeSafetensors, encodeSafetensors } from '../../src/io/index.ts';
import { meanfield, type Outcome } from './command.ts';
import { temporaryFolder } from '../../src/test-folder.ts';

const data = ['--dataset', 'synthetic-images'];
const net = ['--model', 'resnet8', '--width', '4'];
const training = [...data, ...net, '--batch-size', '32', '--epochs', '1', '--limit-train-batches', '8'];
const ofFile = [...data, ...net, '--threads', '1', '--json'];

const root = temporaryFolder();
let run = '';
let file = '';
const train = (name: string, ...more: readonly string[]): Outcome =>
  meanfield([
    'train',
    ...training,
    '--threads',
    '1',
    '--output',
    root,
    '--name',
    name,
    '--no-report',
    ...more,
  ]);
const result = (outcome: Outcome): Record<string, unknown> => {
  expect(outcome.stderr).not.toContain('meanfield:');
  return JSON.parse(outcome.stdout.trim().split('\n').at(-1) ?? '') as Record<string, unknown>;
};
beforeAll(() => {
  run = join(root, 'first');
  file = join(root, 'first.safetensors');
  expect(train('first', '--tau-lr-factor', '5').code).toBe(0);
});

it('export writes a plain net with the test error of the run', () => {
  const outcome = meanfield(['export', run, '--output', file, '--key-style', 'torchvision', '--json']);
  expect(result(outcome)).toEqual({ run, file, keyStyle: 'torchvision', tensors: 44, steps: 'folded' });
  expect(outcome.stderr).toContain('a plain ResNet produces the same outputs');
  const { metadata } = decodeSafetensors(readFileSync(file), file);
  expect(metadata).toMatchObject({ format: 'pt', model: 'resnet8', width: '4', 'layer1.order': '[0]' });
  const own = result(meanfield(['evaluate', run, '--json', '--threads', '1']));
  const plain = result(meanfield(['evaluate', file, ...ofFile]));
  expect(plain).toMatchObject({ checkpoint: file, format: 'safetensors', keyStyle: 'torchvision' });
  expect(plain.testError).toBe(own.testError);
  expect(plain.testLoss).toBeCloseTo(own.testLoss as number, 5);
  // Other moments give other inputs.
  const shifted = result(meanfield(['evaluate', file, ...ofFile, '--mean', '0.1', '--std', '2']));
  expect(shifted.testLoss).not.toBeCloseTo(own.testLoss as number, 3);
});

it('an exported file is tested like its run: normalised, scaled and with classes matched by name', () => {
  const [own, again] = [join(root, 'small'), join(root, 'small.safetensors')];
  const small = ['--image-size', '16', '--channels', '3', '--mean', '0.2,0.3,0.4', '--std', '0.7,0.6,0.5'];
  expect(train('small', ...small).code).toBe(0);
  expect(meanfield(['export', own, '--output', again, '--no-fold-steps']).code).toBe(0);
  const tested = result(meanfield(['evaluate', own, '--json', '--threads', '1']));
  const scheme = ['--scheme', 'mean-field'];
  const asFile = result(meanfield(['evaluate', again, ...ofFile, ...scheme]));
  for (const key of ['testError', 'testLoss', 'images', 'classes', 'confusion'])
    expect(asFile[key], key).toEqual(tested[key]);
  const { tensors, metadata } = decodeSafetensors(readFileSync(again), again);
  const withClasses = (classes: readonly string[]): void => {
    writeFileSync(
      again,
      Buffer.concat(encodeSafetensors(tensors, { ...metadata, classes: JSON.stringify(classes) })),
    );
  };
  const classes = tested.classes as string[];
  withClasses([...classes].reverse());
  const reversed = result(meanfield(['evaluate', again, ...ofFile, ...scheme]));
  expect(reversed.classes).toEqual([...classes].reverse());
  expect(reversed.confusion).not.toEqual(tested.confusion);
  withClasses(['ants', 'bees', 'wasps', 'flies']);
  const refused = meanfield(['evaluate', again, ...ofFile, ...scheme]);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain(
    `${again} was trained on the classes ants, bees, wasps, flies; the test images of synthetic-images have ${classes.join(', ')}`,
  );
});

it('steps that are not folded are reported in one line', () => {
  const outcome = meanfield(['export', run, '--output', join(root, 'apart.safetensors'), '--no-fold-steps']);
  expect(outcome.stdout).toBe('');
  expect(outcome.stderr.trim().split('\n')).toHaveLength(1);
  expect(outcome.stderr).toContain('a plain ResNet cannot represent the step sizes');
});

it('training starts from the weights of the file, to the bit, and config.yaml names it', () => {
  // Steps this small are lost in rounding.
  expect(train('second', '--initial-checkpoint', file, '--lr', '1e-30').code).toBe(0);
  const trained = join(root, 'second', 'checkpoints', 'last', 'model.safetensors');
  const [start, end] = [file, trained].map((path) => decodeSafetensors(readFileSync(path), path).tensors);
  for (const name of ['conv1.weight', 'layer1.0.bn2.weight', 'layer3.0.conv2.weight'])
    expect(end!.get(name), name).toEqual(start!.get(name));
  expect(end!.get('linear.bias')).toEqual(start!.get('fc.bias'));
  expect(readFileSync(join(root, 'second', 'config.yaml'), 'utf8')).toContain(`initial-checkpoint: ${file}`);
});

it('a resumed run uses its own checkpoint: the file may be missing or changed', () => {
  const other = join(root, 'other.safetensors');
  writeFileSync(other, readFileSync(file));
  const started = train('third', '--initial-checkpoint', other, '--mean', '0.4', '--std', '0.3');
  expect(started.code).toBe(0);
  const before = result(meanfield(['evaluate', join(root, 'third'), '--json', '--threads', '1']));
  writeFileSync(other, 'gone');
  const resumed = meanfield(['train', '--resume', join(root, 'third'), '--no-report', '--json']);
  expect(resumed.code).toBe(0);
  expect(result(resumed).testError).toBe(before.testError);
});

it.each<[string, () => readonly string[], number, string]>([
  [
    'a file without its net',
    () => ['evaluate', file],
    2,
    'is a weight file: name its net and its data, such as --model resnet20',
  ],
  [
    'a net for a run folder',
    () => ['evaluate', run, '--model', 'resnet8'],
    2,
    '--model applies to a weight file',
  ],
  [
    'another width',
    () => ['evaluate', file, ...data, '--model', 'resnet8', '--width', '8'],
    2,
    'conv1.weight has shape [4, 1, 3, 3], expected [8, 1, 3, 3]',
  ],
  [
    'moments of other images',
    () => ['evaluate', file, ...ofFile, '--mean', '0.5,0.5,0.5', '--std', '1,1,1'],
    2,
    '--mean has 3 numbers, the images have 1 channel',
  ],
  [
    'an unknown style',
    () => ['export', run, '--output', file, '--key-style', 'torch'],
    2,
    'unknown key style "torch"',
  ],
  [
    'an output of another kind',
    () => ['export', run, '--output', 'x.h5'],
    2,
    'end the file name with .safetensors',
  ],
  [
    'a style without a file',
    () => ['train', ...training, '--key-style', 'torchvision'],
    2,
    'belongs to --initial-checkpoint',
  ],
  [
    'a part of no file',
    () => ['train', ...training, '--state-dict', 'ema'],
    2,
    '--state-dict belongs to --initial-checkpoint',
  ],
  [
    'a shortcut for a run folder',
    () => ['evaluate', run, '--shortcut', 'option-b'],
    2,
    '--shortcut applies to a weight file',
  ],
])('%s: one line and its exit code', (_, args, code, message) => {
  const outcome = meanfield([...args()]);
  expect(outcome.stderr).toContain(message);
  expect(outcome.stderr.trim().split('\n')).toHaveLength(1);
  expect(outcome.code).toBe(code);
});

it('the net of a checkpoint with averages is read, or the one that --state-dict names', () => {
  const checkpoint = join(root, 'checkpoint.pth.tar');
  const { tensors } = decodeSafetensors(readFileSync(file), file);
  const weights = [...tensors].filter(([, { dtype }]) => dtype === 'F32');
  const data = weights.flatMap(([name, one]) => [
    [`net/data/${name}`, { data: one.data }] as const,
    [`net/data/ema-${name}`, { data: one.data.map(() => 0) }] as const,
  ]);
  const dict = (mark: string, prefix: string): Map<string, unknown> =>
    new Map(
      weights.map(
        (
          [
            name,
            {
              shape,
              data: { length },
            },
          ],
          i,
        ) => [
          // On some names only, as for a net with wrapped parts.
          i % 2 ? `module.${prefix}${name}` : `${prefix}${name}`,
          tensorOf({ key: `${mark}${name}`, shape, elements: length / 4 }),
        ],
      ),
    );
  const content = new Map<string, unknown>([
    ['epoch', 3],
    ['when', callOf(globalOf('datetime', 'datetime'), ['x'])],
    ['state_dict', dict('', 'model.')],
    ['state_dict_ema', dict('ema-', '')],
  ]);
  writeFileSync(
    checkpoint,
    zipOf({ 'net/data.pkl': { data: pickleOf(content) }, ...Object.fromEntries(data) }),
  );
  const plain = result(meanfield(['evaluate', file, ...ofFile]));
  const classes = plain.classes as string[];
  const byDefault = result(meanfield(['evaluate', checkpoint, ...ofFile]));
  expect(byDefault).toMatchObject({
    format: 'PyTorch',
    stateDict: 'state_dict',
    averages: ['state_dict_ema'],
  });
  expect(byDefault.testLoss).toBe(plain.testLoss);
  const flags = ofFile.filter((flag) => flag !== '--json');
  const ema = meanfield(['evaluate', checkpoint, ...flags, '--state-dict', 'state_dict_ema']);
  expect(ema.stdout).toContain(`weights of ${checkpoint} (PyTorch, torchvision names, from state_dict_ema)`);
  // Zero statistics and weights give each class the same probability.
  expect(ema.stdout).toContain(`loss ${Math.log(classes.length).toFixed(4)}`);
});

it('a net with projections is trained, evaluated, exported and read again', () => {
  const projected = ['--shortcut', 'option-b'];
  expect(train('projected', ...projected).code).toBe(0);
  const again = join(root, 'projected.safetensors');
  const exported = meanfield([
    'export',
    join(root, 'projected'),
    '--output',
    again,
    '--key-style',
    'torchvision',
  ]);
  expect(exported.code).toBe(0);
  const names = [...decodeSafetensors(readFileSync(again), again).tensors.keys()];
  expect(names).toContain('layer2.0.downsample.0.weight');
  expect(names).toContain('layer3.0.downsample.1.running_var');
  const own = result(meanfield(['evaluate', join(root, 'projected'), '--json', '--threads', '1']));
  expect(result(meanfield(['evaluate', again, ...ofFile, ...projected])).testError).toBe(own.testError);
  const without = meanfield(['evaluate', again, ...ofFile]);
  expect(without.stderr).toContain('use --shortcut option-b');
  expect(without.code).toBe(2);
});

it('a file that names code is refused before anything is created', () => {
  const attack = join(root, 'attack.pth');
  const call = callOf(globalOf('os', 'system'), [`touch ${join(root, 'ran')}`]);
  writeFileSync(attack, zipOf({ 'net/data.pkl': { data: pickleOf(new Map([['state_dict', call]])) } }));
  const outcome = train('attacked', '--initial-checkpoint', attack);
  expect(outcome.code).toBe(1);
  expect(outcome.stderr).toContain('names "os.system", which is not part of weights');
  expect(outcome.stderr.trim().split('\n')).toHaveLength(1);
  expect(() => readFileSync(join(root, 'ran'))).toThrow('ENOENT');
  expect(() => readFileSync(join(root, 'attacked', 'config.yaml'))).toThrow('ENOENT');
});
