/** Bad input ends in one clear line, the right exit code, and nothing lost. */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { bin, environment, meanfield, type Outcome } from './command.ts';
import { temporaryFolder } from '../../src/test-folder.ts';

const record = 3073;
const quick = [
  '--dataset',
  'synthetic-images',
  '--width',
  '2',
  '--batch-size',
  '16',
  '--epochs',
  '1',
  '--limit-train-batches',
  '3',
  '--threads',
  '1',
  '--no-report',
  '--quiet',
];

const root = temporaryFolder();
let run = '';
beforeAll(() => {
  run = join(root, 'good');
  expect(meanfield(['train', ...quick, '--output', root, '--name', 'good']).code).toBe(0);
});

function expectOneLine(outcome: Outcome, code: number, ...parts: (string | RegExp)[]): void {
  const lines = outcome.stderr.trim().split('\n');
  for (const part of parts) expect(outcome.stderr).toMatch(part);
  expect(lines.filter((line) => !line.startsWith('(--help'))).toHaveLength(1);
  expect(lines[0]).toMatch(/^meanfield: /);
  expect(outcome.code).toBe(code);
}

/** A CIFAR-10 folder of `records` in each file, all of class 3, modified by `spoil`. */
function cifarFolder(name: string, spoil: (folder: string) => void = () => undefined, records = 8): string {
  const dir = join(root, name);
  const folder = join(dir, 'cifar-10-batches-bin');
  mkdirSync(folder, { recursive: true });
  const bytes = Buffer.alloc(records * record, 100);
  for (let i = 0; i < records; i++) bytes[i * record] = 3;
  for (const file of [...[1, 2, 3, 4, 5].map((i) => `data_batch_${i}.bin`), 'test_batch.bin'])
    writeFileSync(join(folder, file), bytes);
  spoil(folder);
  return dir;
}

const check = (dir: string): Outcome => meanfield(['data', 'check', 'cifar10', '--data-dir', dir]);

describe('data', () => {
  it('a complete folder of CIFAR-10 files is accepted', () => {
    expect(check(cifarFolder('whole')).stdout).toMatch('40 + 8 images of 32 x 32 x 3');
  });
  it('a missing data set names the places and the command that fetches it', () => {
    expectOneLine(check(join(root, 'nowhere')), 3, /nowhere/, /meanfield data fetch cifar10/);
  });
  it('a missing file is named', () => {
    const dir = cifarFolder('missing', (folder) => {
      rmSync(join(folder, 'data_batch_3.bin'));
    });
    expectOneLine(check(dir), 3, /data_batch_3\.bin is missing/);
  });
  it('a truncated file is named with its size', () => {
    const dir = cifarFolder('truncated', (folder) => {
      truncateSync(join(folder, 'data_batch_2.bin'), 3 * record - 5);
    });
    expectOneLine(check(dir), 3, /data_batch_2\.bin is truncated/, /9214 bytes/, /3073/);
  });
  it('a label out of range is named with its record', () => {
    const dir = cifarFolder('label', (folder) => {
      const bytes = readFileSync(join(folder, 'data_batch_4.bin'));
      bytes[2 * record] = 10;
      writeFileSync(join(folder, 'data_batch_4.bin'), bytes);
    });
    expectOneLine(check(dir), 3, /data_batch_4\.bin: the label of record 2 is 10, out of range 0\.\.9/);
  });
  it('a truncated archive is reported', () => {
    const file = join(root, 'cifar-10-binary.tar.gz');
    writeFileSync(file, gzipSync(Buffer.alloc(100_000, 7)).subarray(0, 60));
    expectOneLine(meanfield(['data', 'check', 'cifar10', '--data-dir', file]), 3, /truncated or damaged/);
  });
  it('an archive with a wrong checksum is refused with both checksums', () => {
    const dir = join(root, 'wrong-sum');
    mkdirSync(dir, { recursive: true });
    // As long as the published archive, but sparse.
    writeFileSync(join(dir, 'cifar-10-binary.tar.gz'), '');
    truncateSync(join(dir, 'cifar-10-binary.tar.gz'), 170052171);
    const outcome = meanfield(['data', 'fetch', 'cifar10', '--data-dir', dir]);
    expectOneLine(outcome, 3, /wrong checksum/, /c4a38c50/, /fetch again/);
  });
  it('an IDX file of another kind is reported', () => {
    const dir = join(root, 'idx');
    mkdirSync(dir, { recursive: true });
    writeFileSync(
      join(dir, 'train-images-idx3-ubyte'),
      Buffer.from([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 2, 1, 2, 3]),
    );
    writeFileSync(join(dir, 'train-labels-idx1-ubyte'), Buffer.from([0, 0, 8, 1, 0, 0, 0, 2, 0, 1]));
    expectOneLine(
      meanfield(['data', 'check', 'idx', '--data-dir', dir]),
      3,
      /truncated: 2 x 2 x 2 needs 8 bytes of data, it has 3/,
    );
  });
});

describe('usage', () => {
  it('an unknown flag suggests the nearest', () => {
    expectOneLine(meanfield(['train', '--epoch', '3']), 2, /--epoch/, /--epochs/);
  });
  it('an unknown command suggests the nearest', () => {
    expectOneLine(meanfield(['trian']), 2, /train/);
  });
  it('an unknown model suggests the nearest', () => {
    expectOneLine(
      meanfield(['train', ...quick, '--model', 'resnet21', '--output', root]),
      2,
      /resnet21/,
      /did you mean resnet20/,
    );
  });
  it('an unknown data set suggests the nearest', () => {
    expectOneLine(meanfield(['train', '--dataset', 'cifar01', '--output', root]), 2, /did you mean cifar10/);
  });
  it('a value that is not a number is reported with its flag', () => {
    expectOneLine(meanfield(['train', '--lr', 'fast']), 2, /--lr/, /fast/);
  });
  it('a value out of range is reported with its flag', () => {
    expectOneLine(meanfield(['train', '--momentum', '1.5', '--output', root]), 2, /momentum/);
  });
  it('a batch larger than the data is reported with both numbers', () => {
    expectOneLine(
      meanfield(['train', ...quick, '--batch-size', '4096', '--output', root]),
      2,
      /4096/,
      /2048/,
    );
  });
  it('a config file with an unknown setting suggests the nearest', () => {
    const file = join(root, 'bad.yaml');
    writeFileSync(file, 'epoch: 3\n');
    expectOneLine(meanfield(['train', '-c', file, '--output', root]), 2, /epoch/, /did you mean epochs/);
  });
  it('a resumed run keeps its settings', () => {
    expectOneLine(meanfield(['train', '--resume', run, '--lr', '0.5']), 2, /lr/, /start a new run/);
  });
  it('a folder that is not a run folder is reported', () => {
    const empty = join(root, 'empty');
    mkdirSync(empty);
    expectOneLine(meanfield(['evaluate', empty]), 2, /is not a run folder: it has no config\.yaml/);
    expectOneLine(meanfield(['evaluate', root]), 2, /holds run folders; give one of them, such as .*good/);
  });
});

describe('checkpoints', () => {
  const copy = (name: string): string => {
    const dir = join(root, name);
    cpSync(run, dir, { recursive: true });
    return dir;
  };
  const last = (dir: string, file: string): string => join(dir, 'checkpoints', 'last', file);

  it('of another model are refused with the difference', () => {
    const dir = copy('other-model');
    const config = join(dir, 'config.yaml');
    writeFileSync(config, readFileSync(config, 'utf8').replace('width: 2', 'width: 4'));
    expectOneLine(meanfield(['evaluate', dir]), 2, /another model/);
    expectOneLine(meanfield(['train', '--resume', dir]), 2, /another model/, /width/);
  });
  it('with a half-written model are reported', () => {
    const dir = copy('half');
    truncateSync(last(dir, 'model.safetensors'), statSync(last(dir, 'model.safetensors')).size - 100);
    expectOneLine(meanfield(['evaluate', dir]), 1, /model\.safetensors is damaged or half-written/);
  });
  it('with a corrupt header are reported', () => {
    const dir = copy('header');
    const bytes = readFileSync(last(dir, 'model.safetensors'));
    bytes.fill(255, 20, 60);
    writeFileSync(last(dir, 'model.safetensors'), bytes);
    expectOneLine(meanfield(['train', '--resume', dir]), 1, /model\.safetensors is damaged/);
  });
  it('with a corrupt state are reported', () => {
    const dir = copy('state');
    writeFileSync(last(dir, 'state.json'), '{"version": 1');
    expectOneLine(meanfield(['train', '--resume', dir]), 1, /state\.json is damaged/);
  });
  it('that are missing are reported', () => {
    expectOneLine(meanfield(['evaluate', run, '--checkpoint', 'epoch-007']), 1, /no checkpoint epoch-007/);
  });
});

describe('the machine', () => {
  it('without libtorch the help says what to do', () => {
    const empty = mkdtempSync(join(root, 'build-'));
    expectOneLine(
      meanfield(['train', ...quick, '--output', root], { MEANFIELD_BUILD_DIR: empty }),
      3,
      /not built/,
      /npm( --prefix \S+)? run setup/,
    );
  });
  it('wrong libtorch: the error names the expected version', () => {
    const build = join(root, 'wrong-build');
    cpSync(join(import.meta.dirname, '..', '..', 'build'), build, { recursive: true, dereference: true });
    const facts = JSON.parse(readFileSync(join(build, 'build.json'), 'utf8')) as {
      library: { size: number };
    };
    facts.library.size += 1;
    writeFileSync(join(build, 'build.json'), JSON.stringify(facts));
    expectOneLine(
      meanfield(['train', ...quick, '--output', root], { MEANFIELD_BUILD_DIR: build }),
      3,
      /wrong libtorch/,
      /rebuild|build:native/,
    );
  });
  it('bf16 on a CPU without it is refused with the reason', () => {
    expectOneLine(
      meanfield(['train', ...quick, '--amp', '--output', root], { MEANFIELD_CPU_FLAGS: 'avx2 fma' }),
      3,
      /no bf16 instructions/,
    );
  });
  it('a missing CUDA device is refused', () => {
    expectOneLine(meanfield(['train', ...quick, '--device', 'cuda', '--output', root]), 3, /no CUDA device/);
  });
});

it('a file above the limit of file sizes is one line', () => {
  const words = [process.execPath, bin, 'report', run, '--output', join(root, 'large.html')];
  const { status, stdout, stderr } = spawnSync('bash', ['-c', 'ulimit -f 8; exec "$@"', 'bash', ...words], {
    encoding: 'utf8',
    env: environment,
  });
  expectOneLine(
    { code: status, stdout, stderr },
    1,
    /large\.html: larger than the limit of file sizes \(ulimit -f\)/,
  );
  expect(existsSync(join(root, 'large.html'))).toBe(false);
});

describe('training', () => {
  it('a non-finite loss stops with exit code 4 and keeps the last good checkpoint', () => {
    const outcome = meanfield([
      'train',
      ...quick,
      '--limit-train-batches',
      '60',
      '--recovery-interval',
      '1',
      '--sched',
      'constant',
      '--lr',
      '1e8',
      '--output',
      root,
      '--name',
      'diverged',
    ]);
    expectOneLine(outcome, 4, /step \d+/, /lower --lr/);
    const status = JSON.parse(readFileSync(join(root, 'diverged', 'status.json'), 'utf8')) as {
      state: string;
      exitCode: number;
    };
    expect(status).toMatchObject({ state: 'diverged', exitCode: 4 });
    if (existsSync(join(root, 'diverged', 'checkpoints', 'last')))
      expect(meanfield(['evaluate', join(root, 'diverged')]).code).toBe(0);
  });
});

const canMount = ((): boolean => {
  const dir = temporaryFolder();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', dir], { stdio: 'ignore' });
    execFileSync('umount', [dir]);
    return true;
  } catch {
    return false;
  }
})();

describe.skipIf(!canMount)('a full disk (needs the right to mount a tmpfs)', () => {
  it('ends the run with one line, and the last complete checkpoint can be used', () => {
    const disk = mkdtempSync(join(root, 'disk-'));
    // Room for the first checkpoints of this net, not for three side by side.
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=700k', 'tmpfs', disk]);
    try {
      const settings = [
        'train',
        ...quick,
        '--width',
        '4',
        '--limit-train-batches',
        '40',
        '--epochs',
        '20',
        '--recovery-interval',
        '2',
        '--checkpoint-every',
        '1',
      ];
      const outcome = meanfield([...settings, '--output', disk, '--name', 'run']);
      expectOneLine(outcome, 1, /no space left/, /nothing saved before was lost/);
      expect(meanfield(['evaluate', join(disk, 'run')]).code).toBe(0);
    } finally {
      execFileSync('umount', [disk]);
    }
  });
});
