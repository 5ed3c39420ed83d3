/** Exports a trained net to a file and imports it again. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { FileError, UsageError } from '../../src/errors.ts';
import { encodeSafetensors, type StoredTensor } from '../../src/io/index.ts';
import { CifarResNet } from '../../src/models/index.ts';
import { relativeError } from '../../src/reference/index.ts';
import { Generator, noGrad, scope } from '../../src/tensor/index.ts';
import { exportWeights, importWeights } from '../../src/train/index.ts';
import {
  makeImages,
  makeNet,
  netAndShortcutCases,
  netCases,
  scheduleOf,
  setCoordinates,
  size,
  Worst,
} from '../gradients/nets.ts';
import { temporaryFolder } from '../../src/test-folder.ts';

const folder = temporaryFolder();
const file = join(folder, 'net.safetensors');

const images = makeImages();
const logitsOf = (net: CifarResNet, training = false): number[] =>
  noGrad(() => scope(() => net.forward(images, { training }).toArray()));
const write = (tensors: ReadonlyMap<string, StoredTensor>): void => {
  writeFileSync(file, Buffer.concat(encodeSafetensors(tensors, { format: 'pt' })));
};
const meanField = netCases.find(([name]) => name === 'mean-field, post-activation')![1];
const trained = (index: number): CifarResNet => {
  const model = makeNet(netAndShortcutCases[index]![1], 'relu');
  logitsOf(model, true);
  return model;
};

it('folded: a vanilla net with the weights gives the logits of every scheme, in evaluation and in training', async () => {
  const worst = new Worst();
  for (const [i, [name, one]] of netAndShortcutCases.entries()) {
    if (one.scheme === 'intervals') continue;
    const model = trained(i);
    write(exportWeights(model, { style: 'akamaster', fold: true }).tensors);
    const plain = new CifarResNet(
      {
        ...size,
        variant: one.variant,
        shortcut: one.shortcut,
        dtype: 'f64',
        schedule: { scheme: 'vanilla' },
      },
      new Generator(1),
    );
    await importWeights(file, plain, { model: 'resnet20' });
    for (const training of [false, true])
      worst.add(name, relativeError(logitsOf(plain, training), logitsOf(model, training)));
  }
  worst.expectBelow(1e-12);
});

it('unfolded: a net of the same scheme gets the same weights, positions and logits bit for bit', async () => {
  for (const [i, [name, one]] of netAndShortcutCases.entries()) {
    const model = trained(i);
    write(exportWeights(model, { style: 'torchvision', fold: false }).tensors);
    const again = new CifarResNet(
      { ...size, variant: one.variant, shortcut: one.shortcut, dtype: 'f64', schedule: scheduleOf(one) },
      new Generator(1),
    );
    await importWeights(file, again, { model: 'resnet20' });
    for (const [key, parameter] of model.parameters)
      expect(again.parameters.get(key)!.toArray(), `${name}: ${key}`).toEqual(parameter.toArray());
    for (const [stage, { schedule }] of model.stages)
      expect(again.stages.get(stage)!.schedule.snapshot(), name).toEqual(schedule.snapshot());
    expect(logitsOf(again), name).toEqual(logitsOf(model));
  }
});

it('blocks are in the order of the flow, with positions as scalars beside their particle', () => {
  const model = makeNet(meanField, 'relu');
  const { tensors, metadata, unitSteps } = exportWeights(model, { style: 'akamaster', fold: false });
  expect(unitSteps).toBe(false);
  // tau is [2.3, 0.7, 1.9] in layer1, and [1.4, 0.6] after the transition of layer2.
  const scalar = (name: string): number | bigint => {
    const { dtype, data } = tensors.get(name)!;
    const view = new DataView(data.buffer, data.byteOffset);
    return dtype === 'I64' ? view.getBigInt64(0, true) : view.getFloat64(0, true);
  };
  expect([0, 1, 2].map((i) => scalar(`layer1.${i}.tau`))).toEqual([0.7, 1.9, 2.3]);
  expect([0, 1, 2].map((i) => scalar(`layer1.${i}.particle`))).toEqual([1n, 2n, 0n]);
  expect([1, 2].map((i) => scalar(`layer2.${i}.particle`))).toEqual([1n, 0n]);
  expect(tensors.has('layer2.0.particle')).toBe(false);
  expect(metadata['layer1.order']).toBe('[1,2,0]');
  expect(metadata['layer1.tau']).toBe('[2.3,0.7,1.9]');
});

it('folded names are PyTorch’s, with counters and without positions; steps of 1 change no weight', () => {
  const model = new CifarResNet(
    { ...size, depth: 8, dtype: 'f32', schedule: { scheme: 'mean-field' } },
    new Generator(1),
  );
  const { tensors, unitSteps } = exportWeights(model, { style: 'torchvision', fold: true });
  expect(unitSteps).toBe(true);
  expect([...tensors.keys()].filter((name) => /tau|particle|linear/.test(name))).toEqual([]);
  expect(tensors.get('fc.weight')!.shape).toEqual([5, 8]);
  expect(tensors.get('layer1.0.bn2.num_batches_tracked')).toMatchObject({ dtype: 'I64', shape: [] });
  expect([...tensors.keys()].filter((name) => name.endsWith('num_batches_tracked'))).toHaveLength(7);
  const gamma = tensors.get('layer1.0.bn2.weight')!;
  expect(gamma.dtype).toBe('F32');
  expect(new Float32Array(gamma.data.slice().buffer)).toEqual(Float32Array.of(1, 1));
});

it('overlapping intervals do not fold to a plain net: the error says what to do', () => {
  const one = netCases.find(([name]) => name === 'intervals, post-activation')![1];
  const fold = (): unknown => exportWeights(makeNet(one, 'relu'), { style: 'akamaster', fold: true });
  expect(fold).toThrow(UsageError);
  expect(fold).toThrow('intervals of layer1 overlap');
  const model = makeNet(one, 'relu');
  setCoordinates(model, {
    'layer1.tau': [1, 0, 1],
    'layer1.tauEnd': [2, 1, 1],
    'layer2.tau': [0, 1],
    'layer2.tauEnd': [1, 3],
    'layer3.tau': [2, 0],
    'layer3.tauEnd': [3, 1],
  });
  // With touching ends, zero width or a gap, blocks still act one after the other.
  expect(exportWeights(model, { style: 'akamaster', fold: true }).unitSteps).toBe(false);
});

it('names of pre-activation nets are rejected for post-activation nets', () => {
  const wrong = (): unknown => exportWeights(makeNet(meanField, 'relu'), { style: 'preresnet', fold: true });
  expect(wrong).toThrow('--key-style preresnet is for pre-activation nets');
});

it('a file with duplicate particles or non-finite weights is rejected', async () => {
  const model = makeNet(meanField, 'relu');
  const { tensors } = exportWeights(model, { style: 'akamaster', fold: false });
  const target = makeNet(meanField, 'relu');
  const expectRejected = async (
    name: string,
    data: Float64Array | BigInt64Array,
    message: string,
  ): Promise<void> => {
    write(new Map([...tensors, [name, { ...tensors.get(name)!, data: new Uint8Array(data.buffer) }]]));
    const attempt = importWeights(file, target, { model: 'resnet20' });
    await expect(attempt).rejects.toThrow(FileError);
    await expect(importWeights(file, target, { model: 'resnet20' })).rejects.toThrow(message);
  };
  await expectRejected(
    'layer1.1.particle',
    BigInt64Array.of(1n),
    'the particles of layer1 are 0, 1, 1, not 0, 1, ..',
  );
  await expectRejected(
    'linear.bias',
    Float64Array.of(1, 2, Number.NaN, 4, 5),
    'linear.bias has NaN at index 2',
  );
  const variances = new Float64Array(tensors.get('bn1.running_var')!.shape[0]!).fill(1);
  variances[1] = -1e-3;
  await expectRejected(
    'bn1.running_var',
    variances,
    'bn1.running_var has -0.001 at index 1, which is not a variance',
  );
  write(new Map([...tensors].filter(([name]) => name !== 'layer1.1.tau')));
  await expect(importWeights(file, target, { model: 'resnet20' })).rejects.toThrow(
    'layer1.tau is missing for some blocks',
  );
});
