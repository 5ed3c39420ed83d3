/** The net in PyTorch that the hub's folders contain: the logits of every kind of net are ours. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { hubConfig } from '../../src/export/index.ts';
import { encodeSafetensors } from '../../src/io/index.ts';
import { relativeError } from '../../src/reference/index.ts';
import { noGrad, scope } from '../../src/tensor/index.ts';
import { temporaryFolder } from '../../src/test-folder.ts';
import { exportWeights } from '../../src/train/index.ts';
import { Worst } from '../gradients/nets.ts';
import { python, versionOf } from '../peers/python.ts';
import {
  makeSmallImages,
  makeSmallNet,
  netKinds,
  smallClasses,
  smallImage,
  smallWidth,
} from './small-nets.ts';

const torch = versionOf('torch');
const script = `
import json, sys, torch
sys.path.insert(0, sys.argv[1])
from load import load
torch.set_num_threads(1)
question = json.load(sys.stdin)
images = torch.tensor(question["images"]).reshape(question["shape"])
with torch.no_grad():
    print(json.dumps([load(folder)[0](images).flatten().tolist() for folder in question["folders"]]))
`;

it.skipIf(torch === undefined)(
  `every model in PyTorch (${torch ?? `skipped: ${python} has no torch`})`,
  () => {
    const root = temporaryFolder();
    const images = makeSmallImages();
    const [channels, height, width] = smallImage;
    const classes = Array.from({ length: smallClasses }, (_, c) => String(c));
    const nets = netKinds.map(([model, shortcut], i) => {
      const net = makeSmallNet([model, shortcut], 'mean-field');
      const folder = join(root, String(i));
      mkdirSync(folder);
      const config = hubConfig(
        { model, shortcut, width: smallWidth },
        { channels, height, width, classes, mean: [0, 0, 0], std: [1, 1, 1] },
        'net',
      );
      writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
      const { tensors } = exportWeights(net, { style: 'torchvision', fold: true });
      writeFileSync(join(folder, 'model.safetensors'), Buffer.concat(encodeSafetensors(tensors)));
      const logits = noGrad(() => scope(() => net.forward(images, { training: false }).toArray()));
      return { name: `${model}, ${shortcut}`, folder, logits };
    });
    const answer = execFileSync(
      python,
      ['-c', script, join(import.meta.dirname, '..', '..', 'python', 'hub')],
      {
        encoding: 'utf8',
        env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
        input: JSON.stringify({
          images: images.toArray(),
          shape: images.shape,
          folders: nets.map(({ folder }) => folder),
        }),
      },
    );
    const found = JSON.parse(answer) as number[][];
    expect(found).toHaveLength(netKinds.length);
    const worst = new Worst();
    for (const [i, { name, logits }] of nets.entries()) worst.add(name, relativeError(found[i]!, logits));
    worst.expectBelow(1e-5);
  },
);
