import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { leaseCores } from '../../src/native/index.ts';
import { Workshop } from './children.ts';

const workshop = Workshop.open();
const total = availableParallelism();
const before = process.env.MEANFIELD_CORES_DIR;
let round = 0;
let cores = '';

beforeEach(() => {
  cores = join(workshop.folder, `cores-${round++}`);
  process.env.MEANFIELD_CORES_DIR = cores;
});

const children: ChildProcess[] = [];

afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
  }
  if (before === undefined) delete process.env.MEANFIELD_CORES_DIR;
  else process.env.MEANFIELD_CORES_DIR = before;
});

interface Member {
  readonly child: ChildProcess;
  /** Sends a line, returns the next line. */
  ask(line: string): Promise<string>;
}

/** A process that leases cores on `take N`, frees them on `release`, and ends on `exit`. */
function member(): Member {
  const file = workshop.script(
    'member.mjs',
    `import { createInterface } from 'node:readline';
let lease;
for await (const line of createInterface({ input: process.stdin })) {
  const [word, wanted] = line.split(' ');
  if (word === 'exit') process.exit(0);
  if (word === 'release') lease.release();
  if (word === 'take') lease = native.leaseCores(wanted ? Number(wanted) : undefined);
  console.log(word === 'take' ? JSON.stringify(lease) : word);
}`,
  );
  const child = spawn(process.execPath, [file], { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    child,
    async ask(line) {
      child.stdin.write(`${line}\n`);
      return String((await lines.next()).value);
    },
  };
}

interface Leased {
  cores: number;
  total: number;
  holders: number[];
}
const take = async (who: Member, wanted = ''): Promise<Leased> =>
  JSON.parse(await who.ask(`take ${wanted}`)) as Leased;

/** The process named in each lock. */
const locks = (): string[] => readdirSync(cores).map((name) => readFileSync(join(cores, name), 'utf8'));

it('a process leases all cores, or as many as it wants', () => {
  const all = leaseCores();
  expect(all).toMatchObject({ cores: total, total, holders: [] });
  all.release();
  const one = leaseCores(1);
  expect(one.cores).toBe(1);
  expect(locks()).toHaveLength(1);
  one.release();
  expect(locks()).toEqual([]);
  const many = leaseCores(1000);
  expect(many.cores).toBe(total);
  many.release();
});

it('a wrong number of threads is an error', () => {
  expect(() => leaseCores(0)).toThrow('expected an integer >= 1 for threads, got 0');
  expect(() => leaseCores(1.5)).toThrow('threads');
});

it('a second process gets none of the cores of the first, and learns who holds them', async () => {
  const [first, second] = [member(), member()];
  expect(await take(first)).toEqual({ cores: total, total, holders: [] });
  const rest = await take(second);
  expect(rest).toEqual({ cores: 1, total, holders: [first.child.pid] });
  expect(locks().every((text) => text.startsWith(`${first.child.pid} `))).toBe(true);
  await first.ask('release');
  expect(await take(second)).toEqual({ cores: total, total, holders: [] });
});

it('the cores of a killed process can be leased', async () => {
  const [first, second] = [member(), member()];
  await take(first);
  expect(locks()).toHaveLength(total);
  const exit = once(first.child, 'exit');
  first.child.kill('SIGKILL');
  await exit;
  expect(locks()).toHaveLength(total);
  expect(await take(second)).toEqual({ cores: total, total, holders: [] });
});

it('cores are freed when a process exits', async () => {
  const first = member();
  await take(first);
  const exit = once(first.child, 'exit');
  void first.ask('exit');
  await exit;
  expect(locks()).toEqual([]);
});

it('a lock whose process id was reused is stale', () => {
  mkdirSync(cores, { recursive: true });
  for (let core = 0; core < total; core++) writeFileSync(join(cores, `core-${core}`), `${process.ppid} 1`);
  const lease = leaseCores();
  expect(lease).toMatchObject({ cores: total, holders: [] });
  lease.release();
});

it('an empty or garbled lock or guard is stale', () => {
  mkdirSync(cores, { recursive: true });
  writeFileSync(join(cores, 'core-0'), '');
  writeFileSync(join(cores, 'guard'), '999999999 5');
  if (total > 1) writeFileSync(join(cores, 'core-1'), 'nonsense');
  const lease = leaseCores();
  expect(lease).toMatchObject({ cores: total, holders: [] });
  lease.release();
  expect(locks()).toEqual([]);
});

it('a release frees only what the process still holds, and once', () => {
  const lease = leaseCores(1);
  writeFileSync(join(cores, 'core-0'), 'somebody else');
  lease.release();
  lease.release();
  expect(locks()).toEqual(['somebody else']);
});

it('leases leave no listeners behind', () => {
  const listeners = process.listenerCount('exit');
  for (let i = 0; i < 20; i++) leaseCores().release();
  expect(process.listenerCount('exit')).toBe(listeners);
});

it('a folder that cannot be created is one clear error', () => {
  writeFileSync(cores, 'a file');
  process.env.MEANFIELD_CORES_DIR = join(cores, 'below');
  expect(() => leaseCores()).toThrow(
    /cannot create the folder of core leases .*below: .* is a file, not a folder; set MEANFIELD_CORES_DIR/,
  );
});

it('one process at a time takes over a stale lock', async () => {
  const other = member();
  await take(other, '1');
  const living = readFileSync(join(cores, 'core-0'), 'utf8');
  await other.ask('release');
  writeFileSync(join(cores, 'core-0'), '999999999 1 0');
  writeFileSync(join(cores, 'guard'), living);
  const waiting = leaseCores(1000);
  expect(waiting.cores).toBe(Math.max(1, total - 1));
  expect(readFileSync(join(cores, 'core-0'), 'utf8')).toBe('999999999 1 0');
  waiting.release();
  unlinkSync(join(cores, 'guard'));
  const lease = leaseCores();
  expect(lease.cores).toBe(total);
  lease.release();
  expect(locks()).toEqual([]);
});

it('processes that compete for stale locks never hold the same core', async () => {
  // Each process takes a core, claims it by a file that must not exist yet, drops both, and sometimes leaves stale
  // locks for the others.
  const body = `import { linkSync, openSync, closeSync, readdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
const folder = process.env.MEANFIELD_CORES_DIR;
let clashes = 0, got = 0;
for (let i = 0; got + clashes < 200 && i < 20000; i++) {
  const lease = native.leaseCores();
  const mine = readdirSync(folder).filter((name) => {
    if (!/^core-\\d+$/.test(name)) return false;
    try { return readFileSync(join(folder, name), 'utf8').startsWith(process.pid + ' '); } catch { return false; }
  });
  if (mine.length === 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
  const claims = mine.map((name) => join(folder, 'claim-' + name));
  for (const claim of claims) {
    try { closeSync(openSync(claim, 'wx')); got++; } catch { clashes++; }
  }
  for (const claim of claims) { try { unlinkSync(claim); } catch {} }
  if (i % 3 === 0) for (const name of mine) writeFileSync(join(folder, name), '999999999 1');
  lease.release();
}
console.log(JSON.stringify({ clashes, got }));`;
  const outcomes = await Promise.all(
    ['a', 'b', 'c', 'd'].map((name) => workshop.run(`fight-${name}.mjs`, body)),
  );
  for (const { stdout, stderr } of outcomes) {
    expect(stderr).toBe('');
    const { clashes, got } = JSON.parse(stdout) as { clashes: number; got: number };
    expect(clashes).toBe(0);
    expect(got).toBeGreaterThanOrEqual(200);
  }
});
