/** The layouts in which CIFAR-10 and CIFAR-100 are published: names of folders, archives and files. */

export type CifarName = 'cifar10' | 'cifar100';
export type CifarKind = 'binary' | 'python';

export interface CifarLayout {
  readonly name: CifarName;
  readonly kind: CifarKind;
  readonly folder: string;
  readonly archive: string;
  readonly train: readonly string[];
  readonly test: readonly string[];
  readonly classesFile: string;
  readonly classes: number;
}

const batches = (ending: string): string[] => [1, 2, 3, 4, 5].map((i) => `data_batch_${i}${ending}`);

export const cifarLayouts: Readonly<Record<CifarName, Readonly<Record<CifarKind, CifarLayout>>>> = {
  cifar10: {
    binary: {
      name: 'cifar10',
      kind: 'binary',
      folder: 'cifar-10-batches-bin',
      archive: 'cifar-10-binary.tar.gz',
      train: batches('.bin'),
      test: ['test_batch.bin'],
      classesFile: 'batches.meta.txt',
      classes: 10,
    },
    python: {
      name: 'cifar10',
      kind: 'python',
      folder: 'cifar-10-batches-py',
      archive: 'cifar-10-python.tar.gz',
      train: batches(''),
      test: ['test_batch'],
      classesFile: 'batches.meta',
      classes: 10,
    },
  },
  cifar100: {
    binary: {
      name: 'cifar100',
      kind: 'binary',
      folder: 'cifar-100-binary',
      archive: 'cifar-100-binary.tar.gz',
      train: ['train.bin'],
      test: ['test.bin'],
      classesFile: 'fine_label_names.txt',
      classes: 100,
    },
    python: {
      name: 'cifar100',
      kind: 'python',
      folder: 'cifar-100-python',
      archive: 'cifar-100-python.tar.gz',
      train: ['train'],
      test: ['test'],
      classesFile: 'meta',
      classes: 100,
    },
  },
};

export const cifarNames: readonly CifarName[] = ['cifar10', 'cifar100'];
export const layoutsOf = (name: CifarName): readonly CifarLayout[] => Object.values(cifarLayouts[name]);

/** Side length, pixels per plane, and planes. */
export const [cifarSide, cifarChannels] = [32, 3] as const;
export const cifarPlane = cifarSide * cifarSide;
export const cifarBytes = cifarPlane * cifarChannels;
