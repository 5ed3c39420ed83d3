/** The layouts of files that each data set is read from. `data list --json` has them, and docs/reference/data-layouts.md. */
import { type CifarName, layoutsOf } from './cifar-layouts.ts';
import { supportedFormats } from './image-file.ts';
import type { DatasetName } from './names.ts';

export interface Layout {
  /** Paths below `--data-dir`; `*` stands for any name. */
  readonly files: readonly string[];
  readonly note: string;
}

const idx = (folder: string, note: string): Layout => ({
  files: ['train', 't10k'].flatMap((part) =>
    ['images-idx3', 'labels-idx1'].map((kind) => `${folder}${part}-${kind}-ubyte`),
  ),
  note,
});
const idxNote = 'Each file may be gzipped (`.gz`).';

const cifar = (name: CifarName): readonly Layout[] => [
  ...layoutsOf(name).flatMap(({ kind, folder, train, test, classesFile, archive }): Layout[] => [
    {
      files: [...train, ...test, classesFile].map((file) => `${folder}/${file}`),
      note: `${kind === 'binary' ? 'Binary' : 'Python'} version; \`--data-dir\` may also be the folder itself.`,
    },
    { files: [archive], note: 'The archive as published; `--data-dir` may also be the file itself.' },
  ]),
  {
    files: ['train-*.parquet', 'test-*.parquet'],
    note: 'Parquet version of the Hugging Face hub: columns `img` or `image`, and `label` or `fine_label`; also `train/*.parquet`.',
  },
];

export const layouts: Readonly<Record<DatasetName, readonly Layout[]>> = {
  'fashion-mnist': [
    idx('fashion-mnist/', `As \`data fetch\` writes it. ${idxNote}`),
    idx('FashionMNIST/raw/', "torchvision's folder."),
    idx('', 'The files themselves.'),
    idx(
      '/usr/share/datasets/fashion-mnist/',
      'Without `--data-dir`: the Debian package dataset-fashion-mnist.',
    ),
  ],
  mnist: [
    idx('mnist/', `As \`data fetch\` writes it. ${idxNote}`),
    idx('MNIST/raw/', "torchvision's folder."),
    idx('', 'The files themselves.'),
  ],
  cifar10: cifar('cifar10'),
  cifar100: cifar('cifar100'),
  idx: [idx('', `Bytes [N, H, W] and class numbers [N] from 0. ${idxNote}`)],
  'image-folder': [
    {
      files: ['train/CLASS/*', 'test/CLASS/*', 'val/CLASS/*'],
      note: `Files in ${supportedFormats}, at any depth below the class. \`val\` is optional: with it, epochs are evaluated on it. \`training\`, \`testing\`, \`valid\` and \`validation\` are names of the same folders, in any letter case.`,
    },
  ],
  npy: [
    {
      files: ['*.npy', 'labels.npy'],
      note: 'Test images for `evaluate`: bytes [N, H, W, C] or [N, H, W], and class numbers [N] from 0 beside them. `--data-dir` is the image file, or a folder such as that of CIFAR-10-C. `targets.npy`, `y.npy` and the name of the image file with `labels` for `data` work too.',
    },
  ],
  'synthetic-images': [{ files: [], note: 'Generated from the seed: there are no files.' }],
};
