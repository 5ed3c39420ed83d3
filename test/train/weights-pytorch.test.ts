/** Exchanges weights with PyTorch, if python3 (or $PYTHON) has it: the same net gives the same logits in both. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { encodeSafetensors } from '../../src/io/index.ts';
import { type Architecture, CifarResNet, type KeyStyle, parseModelName } from '../../src/models/index.ts';
import { relativeError } from '../../src/reference/index.ts';
import { Generator, noGrad, scope } from '../../src/tensor/index.ts';
import { exportWeights, importWeights } from '../../src/train/index.ts';
import {
  drawnCoordinates,
  makeImages,
  makeNet,
  type NetCase,
  netAndShortcutCases,
  setCoordinates,
  size,
  Worst,
} from '../gradients/nets.ts';
import { peerNet } from '../gradients/pytorch-nets.ts';
import { ask, python, versionOf } from '../peers/python.ts';
import { temporaryFolder } from '../../src/test-folder.ts';

const version = versionOf('torch');
const title = version ? `PyTorch ${version}` : `PyTorch: skipped, ${python} has no torch`;

interface Answer {
  readonly write: readonly number[][];
  readonly read: readonly number[][];
}

/** Non-overlapping intervals, with gaps, out of order: a plain net can represent them. */
const apart = {
  'layer1.tau': [2.3, 0.2, 1.2],
  'layer1.tauEnd': [2.8, 1.1, 2.2],
  'layer2.tau': [0.3, 1.4],
  'layer2.tauEnd': [0.9, 1.8],
  'layer3.tau': [1.1, 0.4],
  'layer3.tauEnd': [1.5, 1.1],
};

describe.skipIf(version === undefined)(title, { timeout: 120_000 }, () => {
  const folder = temporaryFolder();
  const images = makeImages();
  const plain = (architecture: Architecture) =>
    peerNet({ ...size, ...architecture }, { activation: 'relu', scheme: 'vanilla', pinned: false });
  const question = (tasks: Readonly<Partial<Record<keyof Answer, readonly object[]>>>): Answer =>
    ask('state_dicts.py', {
      images: { shape: images.shape, numbers: images.toArray() },
      write: [],
      read: [],
      ...tasks,
    }) as Answer;
  const logitsOf = (net: CifarResNet, training = false): number[] =>
    noGrad(() => scope(() => net.forward(images, { training }).toArray()));

  it('a PyTorch state dict, in every form, gives its logits to 1e-10', async () => {
    const [akamaster, torchvision] = ['akamaster', 'torchvision'] as const;
    const forms = [
      ['resnet20', akamaster, 'module.', true, false, 'float32'],
      ['resnet20', torchvision, '', false, true, 'float64'],
      ['preresnet20', torchvision, 'module.', true, true, 'float64'],
      ['preresnet20', akamaster, '', false, false, 'float32'],
      ['preresnet29-bottleneck', torchvision, '', true, true, 'float64'],
      ['resnext29-2x2d', akamaster, 'module.', true, true, 'float64'],
      ['resnext29-2x2d', torchvision, '', false, false, 'float32'],
      ['resnet20', torchvision, '', false, true, 'float32', 'option-b'],
      ['resnet20', akamaster, 'model.net.', true, true, 'float64', 'option-b'],
      ['preresnet20', torchvision, 'module.', true, false, 'float64', 'option-b'],
    ] as const;
    const tasks = forms.map(([name, style, prefix, whole, zip, dtype, shortcut], seed) => ({
      name,
      shortcut,
      net: plain({ ...parseModelName(name), shortcut }),
      file: join(folder, `written-${seed}.pth`),
      withoutCounters: whole,
      ...{ seed, style, prefix, whole, zip, dtype },
    }));
    const { write } = question({ write: tasks });
    const worst = new Worst();
    for (const [i, { file, style, name, shortcut, zip }] of tasks.entries()) {
      for (const scheme of ['vanilla', 'mean-field'] as const) {
        const model = new CifarResNet(
          { ...size, ...parseModelName(name), shortcut, dtype: 'f64', schedule: { scheme } },
          new Generator(5),
        );
        const drawn = logitsOf(model);
        const found = await importWeights(file, model, { model: name });
        expect(found).toMatchObject({ format: zip ? 'PyTorch' : 'PyTorch (legacy)', style });
        worst.add(`${file}, ${scheme}`, relativeError(logitsOf(model), write[i]!));
        expect(relativeError(drawn, write[i]!)).toBeGreaterThan(0.1);
      }
    }
    worst.expectBelow(1e-10);
  });

  it('a net of any scheme, exported with folded steps, gives its logits in PyTorch to 1e-10', () => {
    const styles: Readonly<Record<NetCase['variant'], KeyStyle>> = { post: 'torchvision', pre: 'akamaster' };
    const nets = netAndShortcutCases.map(([name, one], i) => {
      const model = makeNet(one, 'relu');
      if (one.scheme === 'intervals') setCoordinates(model, apart);
      logitsOf(model, true);
      const style = styles[one.variant];
      const { tensors, metadata } = exportWeights(model, { style, fold: true });
      const file = join(folder, `ours-${i}.safetensors`);
      writeFileSync(file, Buffer.concat(encodeSafetensors(tensors, { format: 'pt', ...metadata })));
      return {
        name,
        expected: logitsOf(model),
        task: { file, style, net: plain({ depth: 20, variant: one.variant, shortcut: one.shortcut }) },
      };
    });
    const { read } = question({ read: nets.map(({ task }) => task) });
    const worst = new Worst();
    for (const [i, { name, expected }] of nets.entries()) worst.add(name, relativeError(read[i]!, expected));
    worst.expectBelow(1e-10);
  });

  it('so does a net of bottlenecks, grouped or pre-activation', () => {
    const nets = (['preresnet29-bottleneck', 'resnext29-2x2d'] as const).map((name) => {
      const architecture = parseModelName(name);
      const model = new CifarResNet(
        { ...size, ...architecture, dtype: 'f64', schedule: { scheme: 'mean-field' } },
        new Generator(5),
      );
      const moved = { scheme: 'mean-field', pinned: false, variant: architecture.variant } as const;
      setCoordinates(model, drawnCoordinates(model, { ...moved, title: name, smoothing: 0 }, 6));
      logitsOf(model, true);
      const { tensors, metadata } = exportWeights(model, { style: 'torchvision', fold: true });
      const file = join(folder, `${name}.safetensors`);
      writeFileSync(file, Buffer.concat(encodeSafetensors(tensors, { format: 'pt', ...metadata })));
      return { expected: logitsOf(model), task: { file, style: 'torchvision', net: plain(architecture) } };
    });
    const { read } = question({ read: nets.map(({ task }) => task) });
    const worst = new Worst();
    for (const [i, { expected, task }] of nets.entries())
      worst.add(task.file, relativeError(read[i]!, expected));
    worst.expectBelow(1e-10);
  });
});
