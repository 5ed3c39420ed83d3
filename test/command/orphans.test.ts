/** Every worker process ends when its parent is killed, even during a computation; a hang-up alone does not end it. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { python, torchVersion } from '../peers/pytorch.ts';
import { bin, environment } from './command.ts';
import { temporaryFolder } from '../../src/test-folder.ts';

const root = join(import.meta.dirname, '..', '..');
const folder = temporaryFolder();
const parents: ChildProcess[] = [];
const orphans: number[] = [];
afterEach(() => {
  for (const parent of parents.splice(0)) parent.kill('SIGKILL');
  for (const pid of orphans.splice(0).filter(lives)) process.kill(pid, 'SIGKILL');
});

function start(args: readonly string[]): ChildProcess {
  const parent = spawn(process.execPath, args, { cwd: root, env: environment, stdio: 'ignore' });
  parents.push(parent);
  return parent;
}

const read = (pid: number | string, file: string): string => readFileSync(`/proc/${pid}/${file}`, 'utf8');

function lives(pid: number): boolean {
  try {
    return !/^State:\s*Z/m.test(read(pid, 'status'));
  } catch {
    return false;
  }
}

/** CPU time of a process, in hundredths of a second. */
const ticks = (pid: number): number => Number(read(pid, 'stat').split(') ')[1]!.split(' ')[11]);

/** A child that runs a script of this name, once it has computed for a while. */
function computingChild(parent: number, script: string): number | undefined {
  return readdirSync('/proc')
    .map(Number)
    .find((pid) => {
      try {
        const itsParent = /^PPid:\s*(\d+)/m.exec(read(pid, 'status'))?.[1];
        return itsParent === String(parent) && read(pid, 'cmdline').includes(script) && ticks(pid) > 100;
      } catch {
        return false;
      }
    });
}

async function expectToEndWith(parent: ChildProcess, script: string, signal: NodeJS.Signals): Promise<void> {
  let child: number | undefined;
  await expect
    .poll(() => (child = computingChild(parent.pid!, script)), { timeout: 120_000, interval: 100 })
    .toBeGreaterThan(0);
  orphans.push(child!);
  process.kill(child!, 'SIGHUP');
  await sleep(300);
  expect(lives(child!), 'after a hang-up').toBe(true);
  const exit = once(parent, 'exit');
  parent.kill(signal);
  await exit;
  await expect.poll(() => lives(child!), { timeout: 20_000, interval: 50 }).toBe(false);
}

const moduleUrl = (path: string): string => JSON.stringify(pathToFileURL(join(root, path)).href);
const inModule = (code: string): string[] => ['--input-type=module', '-e', code];
const reproduce = [
  'reproduce',
  '--preset',
  'smoke',
  '--seeds',
  '1',
  '--schemes',
  'vanilla',
  '--threads',
  '1',
];

it.each<[string, string, NodeJS.Signals, readonly string[]]>([
  ['bench', 'ceiling-worker', 'SIGTERM', [bin, 'bench', 'flow', '--threads', '1']],
  [
    'a comparison of steps',
    'step-worker',
    'SIGKILL',
    inModule(`import { benchStep } from ${moduleUrl('dist/bench/index.js')};
const size = { depth: 8, width: 4, batch: 8, threads: 1, steps: 1e9, warmup: 0 };
await benchStep({ ...size, scheme: 'vanilla', reorder: true, bf16: false }, 1);`),
  ],
  ['verify', 'claim-worker', 'SIGKILL', [bin, 'verify', 'C12', '--output', join(folder, 'claims')]],
  [
    'sweep',
    'sweep-worker',
    'SIGKILL',
    inModule(`import { sweep } from ${moduleUrl('dist/theory/index.js')};
await sweep({ i: [1] }, { module: ${moduleUrl('test/theory/sweep-rows.mjs')}, name: 'endlessRow' });`),
  ],
  ['reproduce --dry-run', 'timing-worker', 'SIGKILL', [bin, ...reproduce, '--width', '64', '--dry-run']],
  [
    'reproduce',
    'cell-worker',
    'SIGKILL',
    [bin, ...reproduce, '--width', '2', '--epochs', '1000', '--output', join(folder, 'grid')],
  ],
  [
    'the lab of the Studio',
    'engine/worker',
    'SIGKILL',
    inModule(`import { LabWorker } from ${moduleUrl('dist/studio/server/lab-worker.js')};
const worker = new LabWorker([process.execPath, ${JSON.stringify(join(root, 'dist/studio/engine/worker.js'))}]);
await worker.ready;
await worker.compute({ view: 'training', steps: 5000, points: 600 }, () => undefined);`),
  ],
])('the processes of %s end with it (%s)', async (_, script, signal, args) => {
  await expectToEndWith(start(args), script, signal);
});

const peers = join(root, 'src', 'bench', 'peers');

it('a Python peer ends with its benchmark, even during a computation', async () => {
  const code = `import sys
sys.path.insert(0, ${JSON.stringify(peers)})
from parent import end_with_parent
end_with_parent()
while True: pass`;
  const parent = inModule(`import { runWorker } from ${moduleUrl('dist/bench/alternate.js')};
await runWorker({ command: ${JSON.stringify(python)}, args: ['-c', ${JSON.stringify(code)}], threads: 1 });`);
  await expectToEndWith(start(parent), 'end_with_parent', 'SIGKILL');
});

it('every Python peer ends with its benchmark', () => {
  const scripts = readdirSync(peers).filter((name) =>
    /^main\(\)$/m.test(readFileSync(join(peers, name), 'utf8')),
  );
  expect(scripts.length).toBeGreaterThan(4);
  for (const name of scripts)
    expect(readFileSync(join(peers, name), 'utf8'), name).toMatch(/^end_with_parent\(\)\nmain\(\)$/m);
});

it.skipIf(torchVersion() === undefined)('a peer without a parent does not compute', () => {
  const { status, stdout } = spawnSync(python, [join(peers, 'resnet_step.py'), '--steps', '1000000'], {
    env: { ...environment, MEANFIELD_LIFELINE: '0' },
    input: '',
    encoding: 'utf8',
  });
  expect([status, stdout]).toEqual([1, '']);
});
