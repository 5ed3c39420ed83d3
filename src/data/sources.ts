/** Where data sets are published, and what their archives must be. */
export interface Source {
  readonly file: string;
  readonly urls: readonly string[];
  readonly bytes: number;
  readonly sha256: string;
}

export const sources: Readonly<Record<string, Source>> = {
  cifar10: {
    file: 'cifar-10-binary.tar.gz',
    urls: ['https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz'],
    bytes: 170052171,
    sha256: 'c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd',
  },
  cifar100: {
    file: 'cifar-100-binary.tar.gz',
    urls: ['https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz'],
    bytes: 168513733,
    sha256: '58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec',
  },
};
