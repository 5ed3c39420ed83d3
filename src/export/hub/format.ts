/** A folder for the Hugging Face hub: weights, their net in PyTorch, and a model card. */
import { readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { type Chunks, encodeSafetensors, makeFolder, writeFileAtomic } from '../../io/index.ts';
import { packageRoot } from '../../native/index.ts';
import type { Format } from '../format.ts';
import { namedWeights } from '../safetensors.ts';
import { modelCard } from './card.ts';
import { hubConfig } from './config.ts';

/** Beside the sources of this package. */
const scripts = ['load.py', 'resnet.py'] as const;

export const hub: Format = {
  flags: [],
  write(request) {
    const { run, trained, output } = request;
    const { tensors, metadata, remark } = namedWeights({ ...request, keyStyle: 'torchvision' });
    const config = hubConfig(trained.config, trained.state.images, basename(resolve(run)));
    const files = new Map<string, Chunks>([
      ['config.json', [`${JSON.stringify(config, null, 2)}\n`]],
      ['model.safetensors', encodeSafetensors(tensors, metadata)],
      ['README.md', [modelCard(request)]],
      ...scripts.map((name) => [name, [readFileSync(join(packageRoot, 'python', 'hub', name))]] as const),
    ]);
    // The folder may be a clone from the hub: its other files stay.
    makeFolder(output);
    for (const [name, content] of files) writeFileAtomic(join(output, name), content);
    return {
      facts: { folder: output, files: [...files.keys()], tensors: tensors.size },
      summary: `${output}: ${[...files.keys()].join(', ')}; ${remark}`,
    };
  },
};
