/** Where data sets are published, with checksums of their files. */

/** One published file. */
export interface Source {
  readonly file: string;
  readonly urls: readonly string[];
  readonly bytes: number;
  readonly sha256: string;
}

export interface Publication {
  /** Below the data folder; empty: the files lie directly in it. */
  readonly folder: string;
  readonly files: readonly Source[];
  readonly images: { readonly train: number; readonly test: number };
}

const toronto = 'https://www.cs.toronto.edu/~kriz';

const idxFiles = (
  folder: string,
  bases: readonly string[],
  files: readonly (readonly [file: string, bytes: number, sha256: string])[],
): Publication => ({
  folder,
  images: { train: 60_000, test: 10_000 },
  files: files.map(([file, bytes, sha256]) => ({
    file,
    urls: bases.map((base) => `${base}/${file}`),
    bytes,
    sha256,
  })),
});

/**
 * SHA-256 of published archives that can be read but are not the ones that are fetched. Both are in `keras.datasets`;
 * MD5 sums of the same files are in `torchvision.datasets`.
 */
export const alternativeArchives: Readonly<Record<string, readonly string[]>> = {
  cifar10: ['6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce'],
  cifar100: ['85cd44d02ba6437773c5bbd22e183051d648de2e7d6b014e1ef29b855ba677a7'],
};

/** By the name of the data set. */
export const sources: Readonly<Record<string, Publication>> = {
  cifar10: {
    folder: '',
    images: { train: 50_000, test: 10_000 },
    files: [
      {
        file: 'cifar-10-binary.tar.gz',
        urls: [`${toronto}/cifar-10-binary.tar.gz`],
        bytes: 170052171,
        sha256: 'c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd',
      },
    ],
  },
  cifar100: {
    folder: '',
    images: { train: 50_000, test: 10_000 },
    files: [
      {
        file: 'cifar-100-binary.tar.gz',
        urls: [`${toronto}/cifar-100-binary.tar.gz`],
        bytes: 168513733,
        sha256: '58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec',
      },
    ],
  },
  // The IDX files of both have the same names, so each set has a folder of its own.
  'fashion-mnist': idxFiles(
    'fashion-mnist',
    [
      'https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion',
      'http://fashion-mnist.s3-website.eu-central-1.amazonaws.com',
    ],
    [
      [
        'train-images-idx3-ubyte.gz',
        26421880,
        '3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84',
      ],
      [
        'train-labels-idx1-ubyte.gz',
        29515,
        'a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845',
      ],
      [
        't10k-images-idx3-ubyte.gz',
        4422102,
        '346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073',
      ],
      ['t10k-labels-idx1-ubyte.gz', 5148, '67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5'],
    ],
  ),
  mnist: idxFiles(
    'mnist',
    ['https://ossci-datasets.s3.amazonaws.com/mnist', 'https://storage.googleapis.com/cvdf-datasets/mnist'],
    [
      [
        'train-images-idx3-ubyte.gz',
        9912422,
        '440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609',
      ],
      [
        'train-labels-idx1-ubyte.gz',
        28881,
        '3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c',
      ],
      [
        't10k-images-idx3-ubyte.gz',
        1648877,
        '8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6',
      ],
      ['t10k-labels-idx1-ubyte.gz', 4542, 'f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6'],
    ],
  ),
};
