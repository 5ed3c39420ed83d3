/** `meanfield export` as a user meets it: the logits of a trained net in other programs are ours. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InferenceSession, Tensor as OnnxTensor } from 'onnxruntime-node';
import { beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type ExportFlags, exportRun } from '../../src/cli/export-run.ts';
import { UsageError } from '../../src/errors.ts';
import { decodeSafetensors, encodeStateDict, openWeightFile } from '../../src/io/index.ts';
import { relativeError } from '../../src/reference/index.ts';
import { temporaryFolder } from '../../src/test-folder.ts';
import { keep, noGrad, scope } from '../../src/tensor/index.ts';
import {
  BatchTensors,
  configFromRecord,
  loadTestImages,
  loadTrained,
  resolveConfig,
} from '../../src/train/index.ts';
import { Worst } from '../gradients/nets.ts';
import { fieldsOf, messagesOf, textsOf } from '../../src/io/protobuf-read.ts';
import { python, versionOf } from '../peers/python.ts';
import { meanfield } from './command.ts';

/** Real images where Debian's package is installed. */
const dataset = existsSync('/usr/share/datasets/fashion-mnist') ? 'fashion-mnist' : 'synthetic-images';
const imageCount = 1000;
const root = temporaryFolder();
const run = join(root, 'run');
const defaults = { checkpoint: 'last', foldSteps: true } as const;
const at = (name: string): string => join(root, name);

/** Pixels from 0 to 1, and normalised, [N, C, H, W]; and the run's logits. */
let pixels: Float32Array;
let images: Float32Array;
let shape: readonly number[];
let logits: readonly number[];
beforeAll(async () => {
  const net = [
    '--model',
    'resnet14',
    '--width',
    '4',
    '--tau-lr-factor',
    '10',
    '--threads',
    '1',
    '--no-report',
  ];
  const short = [
    '--epochs',
    '1',
    '--batch-size',
    '64',
    '--limit-train-batches',
    '40',
    '--limit-eval-batches',
    '2',
  ];
  const trained = meanfield([
    'train',
    '--dataset',
    dataset,
    ...net,
    ...short,
    '--output',
    root,
    '--name',
    'run',
  ]);
  expect(trained.code, trained.stderr).toBe(0);
  const loaded = loadTrained(run);
  const { test } = await loadTestImages(run, loaded, { limitTest: imageCount });
  const tensorsOf = (mean: number, std: number): BatchTensors =>
    new BatchTensors(test, { mean: [mean], std: [std] }, 'f32', 'cpu');
  const { state } = loaded;
  const normalised = keep(
    tensorsOf(state.images.mean[0]!, state.images.std[0]!).images(test.images, test.count),
  );
  shape = normalised.shape;
  images = Float32Array.from(normalised.toArray());
  pixels = Float32Array.from(scope(() => tensorsOf(0, 1).images(test.images, test.count).toArray()));
  logits = noGrad(() => scope(() => loaded.learner.forward(normalised, false).toArray()));
});

const expectLogits = (found: ArrayLike<number>): void => {
  const worst = new Worst();
  worst.add('logits', relativeError(found, logits));
  worst.expectBelow(1e-5);
};
const readImages = `
import os, sys, numpy, torch
folder, shape = sys.argv[1], [int(size) for size in sys.argv[2].split(",")]
torch.set_num_threads(1)
images = torch.from_numpy(numpy.fromfile("images.bin", numpy.float32)).reshape(shape)
`;
/** The logits of the `net` that some Python code makes. */
const inPyTorch = (code: string, name = 'hub'): Float32Array => {
  const script = `${readImages}\n${code}\nwith torch.no_grad(): net(images).numpy().tofile("logits.bin")\n`;
  execFileSync(python, ['-c', script, at(name), shape.join()], { cwd: root });
  return new Float32Array(Uint8Array.from(readFileSync(at('logits.bin'))).buffer);
};

const inOnnxruntime = async (file: string, input: Float32Array): Promise<Float32Array> => {
  const session = await InferenceSession.create(file, { intraOpNumThreads: 1, interOpNumThreads: 1 });
  expect([session.inputNames, session.outputNames]).toEqual([['images'], ['logits']]);
  const found = await session.run({ images: new OnnxTensor('float32', input, [...shape]) });
  return found.logits!.data as Float32Array;
};

it(`onnxruntime gives the logits of the run on ${imageCount} images`, async () => {
  expect(shape[0]).toBe(imageCount);
  const file = at('net.onnx');
  const outcome = meanfield(['export', run, '--output', file, '--json']);
  expect(outcome.code, outcome.stderr).toBe(0);
  expect(outcome.stderr.trim().split('\n')).toHaveLength(1);
  expect(JSON.parse(outcome.stdout)).toMatchObject({
    run,
    file,
    input: 'images',
    output: 'logits',
    opset: 17,
  });
  expectLogits(await inOnnxruntime(file, images));
  expect(relativeError(await inOnnxruntime(file, pixels), logits)).toBeGreaterThan(1e-2);
});

it('with --normalise the net takes pixels', async () => {
  const file = at('whole.onnx');
  exportRun(run, { ...defaults, to: 'onnx', normalise: true, output: file });
  expectLogits(await inOnnxruntime(file, pixels));
});

it('an ONNX file names its version, its sizes, its classes, its normalisation and its run', () => {
  const model = fieldsOf(readFileSync(at('net.onnx')));
  expect(model.get(1)).toEqual([8]);
  expect(fieldsOf(model.get(8)![0] as Uint8Array).get(2)).toEqual([17]);
  const metadata = Object.fromEntries(
    messagesOf(model, 14).map((entry) => [textsOf(entry, 1)[0]!, textsOf(entry, 2)[0]!]),
  );
  const { state, config, learner } = loadTrained(run);
  const { order } = learner.model.stages.get('layer1')!.schedule.snapshot();
  const result = JSON.parse(readFileSync(join(run, 'result.json'), 'utf8')) as { testError: number };
  expect(metadata).toMatchObject({
    model: 'resnet14',
    scheme: 'mean-field',
    run: 'run',
    dataset,
    seed: String(config.seed),
    'test-error': String(result.testError),
    'image-size': JSON.stringify([state.images.height, state.images.width]),
    classes: JSON.stringify(state.images.classes),
    mean: JSON.stringify(state.images.mean),
    std: JSON.stringify(state.images.std),
    input: 'normalised images: (pixel / 255 - mean) / std, per channel',
    'layer1.order': JSON.stringify(order),
  });
});

const torch = versionOf('torch');
it.skipIf(torch === undefined)(
  `the hub's folder gives the logits of the run in PyTorch (${torch ?? `skipped: ${python} has no torch`})`,
  () => {
    const folder = at('hub');
    const outcome = exportRun(run, { ...defaults, to: 'hub', output: folder });
    expect(outcome).toMatchObject({
      folder,
      files: ['config.json', 'model.safetensors', 'README.md', 'load.py', 'resnet.py'],
    });
    writeFileSync(at('images.bin'), images);
    expectLogits(inPyTorch('sys.path.insert(0, folder); from load import load; net, config = load()'));
    // The second export goes into the same folder, where other files stay.
    writeFileSync(join(folder, '.gitattributes'), 'own');
    exportRun(run, { ...defaults, output: folder });
    expect(readFileSync(join(folder, '.gitattributes'), 'utf8')).toBe('own');
  },
);

it('a state dict in the format of torch.save has the same tensors', async () => {
  const [file, same] = [at('net.pth'), at('same.safetensors')];
  const keyStyle = 'torchvision';
  exportRun(run, { ...defaults, output: file, keyStyle });
  exportRun(run, { ...defaults, output: same, keyStyle });
  const { tensors } = decodeSafetensors(readFileSync(same), same);
  const found = await openWeightFile(file);
  expect([...found.tensors.keys()]).toEqual([...tensors.keys()]);
  for (const [name, tensor] of found.tensors) {
    const { data, ...rest } = tensors.get(name)!;
    expect(await tensor.read(), name).toEqual({ ...rest, data: new Uint8Array(data) });
  }
  found.close();
  // Programs that map the file need aligned storages.
  const [storages, starts] = [new Set([...tensors.values()].map(({ data }) => data)), [] as number[]];
  let position = 0;
  for (const piece of encodeStateDict(tensors)) {
    if (storages.has(piece)) starts.push(position % 64);
    position += piece.byteLength;
  }
  expect(starts).toEqual(Array.from(tensors, () => 0));
});

it.skipIf(torch === undefined)(
  `PyTorch loads it with weights_only (${torch ?? `skipped: ${python} has no torch`})`,
  () => {
    exportRun(run, { ...defaults, to: 'hub', output: at('hub') });
    exportRun(run, { ...defaults, to: 'torch', output: at('net.pt'), keyStyle: 'torchvision' });
    writeFileSync(at('images.bin'), images);
    const code = [
      'sys.path.insert(0, folder); import json; from resnet import ResNet',
      'net = ResNet(json.load(open(os.path.join(folder, "config.json"))))',
      'weights = torch.load("net.pt", weights_only=True); net.load_state_dict(weights); net.eval()',
    ];
    expectLogits(inPyTorch(code.join('\n')));
  },
);

it("the hub's configuration and card hold classes, results, recipe and positions", () => {
  const folder = at('hub-2');
  exportRun(run, { ...defaults, output: `${folder}/` });
  const { state, config, learner } = loadTrained(run);
  const { images: set } = state;
  expect(JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'))).toMatchObject({
    architecture: 'resnet14',
    num_classes: set.classes.length,
    label_names: set.classes,
    model_args: { pre_activation: false, block: 'basic', shortcut: 'option-a', groups: 1, width: 4 },
    pretrained_cfg: { input_size: [set.channels, set.height, set.width], mean: set.mean, std: set.std },
  });
  const card = readFileSync(join(folder, 'README.md'), 'utf8');
  const result = JSON.parse(readFileSync(join(run, 'result.json'), 'utf8')) as { testError: number };
  const [, head] = card.split(/^---$/m);
  expect(parse(head!)).toMatchObject({
    'model-index': [{ results: [{ dataset: { name: dataset }, metrics: [{ type: 'accuracy' }] }] }],
  });
  expect(card).toContain(`| test error | ${result.testError.toFixed(2)} % |`);
  const recipe = /```yaml\n([^]*?)```/.exec(card)![1]!;
  expect(resolveConfig(configFromRecord(parse(recipe) as Record<string, unknown>))).toMatchObject({
    ...{ model: config.model, scheme: config.scheme, tauLrFactor: 10, epochs: 1, batchSize: 64 },
  });
  const { tau } = learner.model.stages.get('layer1')!.schedule.snapshot();
  for (const value of tau!) expect(card).toContain(String(Number(value.toFixed(4))));
  expect(card).not.toContain(root);
});

it.each<[string, Partial<ExportFlags>, string]>([
  ['a file name for a folder', { to: 'hub', output: 'net.onnx' }, '--to hub writes a folder'],
  ['an unknown ending', { output: 'net.h5' }, 'end the file name with .safetensors, .onnx, .pth, .pt'],
  [
    'an ending of another format',
    { to: 'onnx', output: 'net.safetensors' },
    'end the file name with .onnx for --to onnx',
  ],
  [
    'a flag of another format',
    { output: 'net.onnx', keyStyle: 'akamaster' },
    '--key-style applies to --to safetensors, torch, not to --to onnx',
  ],
  [
    'unfolded steps',
    { output: 'net.onnx', foldSteps: false },
    '--no-fold-steps applies to --to safetensors, torch, not to --to onnx',
  ],
  [
    'normalised weights',
    { output: 'net.safetensors', normalise: true },
    '--normalise applies to --to onnx, not to --to safetensors',
  ],
])('%s is refused', (_, flags, message) => {
  const refused = (): unknown => exportRun(run, { ...defaults, output: '', ...flags });
  expect(refused).toThrow(UsageError);
  expect(refused).toThrow(message);
});
