import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism, hostname } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { holderOf, leaseCores, processSpace } from '../../src/processes/index.ts';
import { Workshop } from '../engine/children.ts';

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
const { leaseCores } = await import('${workshop.url('processes/index.js')}');
for await (const line of createInterface({ input: process.stdin })) {
  const [word, wanted] = line.split(' ');
  if (word === 'exit') process.exit(0);
  if (word === 'release') lease.release();
  if (word === 'take') lease = leaseCores(wanted ? Number(wanted) : undefined);
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

/** The folder of the claims on a core. */
const claimsOn = (core: number): string => join(cores, '.claims', `core-${core}`);

/** The process that holds each claimed core. */
const held = (): number[] =>
  Array.from({ length: total }, (_, i) => holderOf(cores, `core-${i}`)?.pid ?? []).flat();

/** Writes the first claim on a core. */
function writeClaim(core: number, text: string): void {
  mkdirSync(claimsOn(core), { recursive: true });
  writeFileSync(join(claimsOn(core), '1.json'), text);
}

const claimBy = (holder: string, space = processSpace()): string =>
  JSON.stringify({ host: hostname(), space, process: holder });

it('a process leases all cores, or as many as it wants', () => {
  const all = leaseCores();
  expect(all).toMatchObject({ cores: total, total, holders: [] });
  all.release();
  const one = leaseCores(1);
  expect(one.cores).toBe(1);
  expect(held()).toEqual([process.pid]);
  one.release();
  expect(held()).toEqual([]);
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
  expect(held()).toEqual(new Array(total).fill(first.child.pid));
  await first.ask('release');
  expect(await take(second)).toEqual({ cores: total, total, holders: [] });
});

it('the cores of a killed process can be leased', async () => {
  const [first, second] = [member(), member()];
  await take(first);
  const exit = once(first.child, 'exit');
  first.child.kill('SIGKILL');
  await exit;
  expect(statSync(join(claimsOn(0), '1.json')).size).toBeGreaterThan(0);
  expect(await take(second)).toEqual({ cores: total, total, holders: [] });
});

it('cores are freed when a process exits', async () => {
  const first = member();
  await take(first);
  const exit = once(first.child, 'exit');
  void first.ask('exit');
  await exit;
  expect(readFileSync(join(claimsOn(0), '1.json'), 'utf8')).toBe('');
});

it('a claim whose process id was reused is stale', () => {
  for (let core = 0; core < total; core++) writeClaim(core, claimBy(`${process.ppid} 1`));
  const lease = leaseCores();
  expect(lease).toMatchObject({ cores: total, holders: [] });
  lease.release();
});

it('an empty or garbled claim is stale', () => {
  writeClaim(0, '');
  if (total > 1) writeClaim(1, 'nonsense');
  const lease = leaseCores();
  expect(lease).toMatchObject({ cores: total, holders: [] });
  lease.release();
  expect(held()).toEqual([]);
});

it('the cores of another machine or container that shares the folder are not ours', () => {
  for (let core = 0; core < total; core++) writeClaim(core, claimBy(`${process.pid} 1`, 'another boot'));
  const lease = leaseCores();
  expect(lease).toMatchObject({ cores: total, holders: [] });
  lease.release();
});

it('leases leave few files behind', () => {
  for (let i = 0; i < 30; i++) leaseCores(1).release();
  expect(readdirSync(claimsOn(0)).length).toBeLessThan(12);
});

it('a release frees only what the process still holds, and once', () => {
  const lease = leaseCores(1);
  writeFileSync(join(claimsOn(0), '1.json'), 'somebody else');
  lease.release();
  lease.release();
  expect(readFileSync(join(claimsOn(0), '1.json'), 'utf8')).toBe('somebody else');
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

it('processes that compete for stale claims never hold the same core', async () => {
  // Each process takes cores, marks them by files that must not exist yet, drops both, and sometimes leaves stale
  // claims for the others.
  const body = `import { openSync, closeSync, readdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { availableParallelism } from 'node:os';
const { holderOf, leaseCores } = await import('${workshop.url('processes/index.js')}');
const folder = process.env.MEANFIELD_CORES_DIR;
const cores = Array.from({ length: availableParallelism() }, (_, i) => 'core-' + i);
let clashes = 0, got = 0;
for (let i = 0; got + clashes < 200 && i < 20000; i++) {
  const lease = leaseCores();
  const mine = cores.filter((core) => holderOf(folder, core, 'local')?.pid === process.pid);
  if (mine.length === 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
  const marks = mine.map((core) => join(folder, 'mark-' + core));
  for (const mark of marks) {
    try { closeSync(openSync(mark, 'wx')); got++; } catch { clashes++; }
  }
  for (const mark of marks) { try { unlinkSync(mark); } catch {} }
  if (i % 3 === 0)
    for (const core of mine) {
      const claims = join(folder, '.claims', core);
      const newest = Math.max(...readdirSync(claims).map((name) => parseInt(name) || 0));
      const file = join(claims, newest + '.json');
      writeFileSync(file, readFileSync(file, 'utf8').replace(/"process":"[^"]*"/, '"process":"999999999 1"'));
    }
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
