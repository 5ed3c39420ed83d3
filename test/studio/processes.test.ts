/**
 * `meanfield studio` as a user runs it, and the runs that its server starts, stops and resumes, with real processes.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  type ActionAnswer,
  type RunList,
  type RunRow,
  routes,
  tokenHeader,
} from '../../src/studio/protocol/index.ts';
import { temporaryFolder } from '../../src/test-folder.ts';

const bin = join(import.meta.dirname, '..', '..', 'bin', 'meanfield.js');
const training = [
  ...[
    '--dataset',
    'synthetic-images',
    '--width',
    '4',
    '--batch-size',
    '32',
    '--epochs',
    '5000',
    '--threads',
    '1',
  ],
];

let base: string;
let runs: string;
const children: ChildProcess[] = [];
const trainers = new Set<number>();
beforeEach(() => {
  base = temporaryFolder();
  runs = join(base, 'my runs');
});
afterEach(async () => {
  for (const pid of trainers) kill(pid, 'SIGKILL');
  trainers.clear();
  for (const child of children.splice(0)) {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }
});

function kill(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

/** A zombie does not count as alive: its parent may be gone and never reap it. */
const lives = (pid: number): boolean => {
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
};

interface Server {
  readonly url: string;
  readonly port: number;
  readonly token: string;
  readonly child: ChildProcess;
}

function startCommand(args: readonly string[]): ChildProcess {
  const env = { ...process.env, OMP_NUM_THREADS: '1', MEANFIELD_CORES_DIR: join(base, 'cores'), DISPLAY: '' };
  const child = spawn(process.execPath, [bin, 'studio', ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  return child;
}

async function startServer(args: readonly string[] = []): Promise<Server> {
  const child = startCommand([runs, '--no-open', '--json', ...args]);
  const [line] = (await once(child.stdout!, 'data')) as [Buffer];
  return { ...(JSON.parse(line.toString()) as Omit<Server, 'child'>), child };
}

interface Refused {
  readonly code: number;
  readonly stderr: string;
}

async function outcomeOf(child: ChildProcess): Promise<Refused> {
  let stderr = '';
  child.stderr!.on('data', (part: Buffer) => (stderr += part.toString()));
  const [code] = (await once(child, 'close')) as [number];
  return { code, stderr };
}

async function act(server: Server, path: string, body: object): Promise<ActionAnswer> {
  const response = await fetch(server.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', [tokenHeader]: server.token },
    body: JSON.stringify(body),
  });
  const answer = (await response.json()) as ActionAnswer & { error?: string };
  if (!response.ok) throw new Error(answer.error);
  trainers.add(answer.pid);
  return answer;
}

async function rowOf(server: Server, id: string): Promise<RunRow | undefined> {
  const list = (await (await fetch(server.url + routes.runs)).json()) as RunList;
  return list.runs.find((row) => row.id === id);
}

const stateBecomes = (server: Server, id: string, state: string): Promise<void> =>
  expect.poll(async () => (await rowOf(server, id))?.state, { timeout: 60_000 }).toBe(state);
const stepPasses = (server: Server, id: string, step: number): Promise<void> =>
  expect.poll(async () => (await rowOf(server, id))?.step, { timeout: 60_000 }).toBeGreaterThan(step);

it('starts, stops and resumes a run with the displayed command lines', { timeout: 300_000 }, async () => {
  const server = await startServer();
  const started = await act(server, routes.start, { arguments: [...training, '--name', 'mine'] });
  expect(started).toMatchObject({
    id: 'mine',
    command: `npx meanfield train ${training.join(' ')} --name mine --output '${runs}'`,
  });
  // The process's own record of how it was started.
  const environment = join(runs, 'mine', 'env.json');
  await expect.poll(() => existsSync(environment), { timeout: 10_000 }).toBe(true);
  const { command } = JSON.parse(readFileSync(environment, 'utf8')) as { command: string };
  expect(command).toBe(started.command);
  await expect(act(server, routes.resume, { id: 'mine' })).rejects.toThrow(/is being trained by process/);
  await stepPasses(server, 'mine', 2);
  // No other way either: two processes would write to one folder.
  const second = spawn(process.execPath, [bin, 'train', '--resume', join(runs, 'mine')]);
  expect(await outcomeOf(second)).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(
      new RegExp(`mine is being trained by process ${started.pid}: stop it first`),
    ) as string,
  });
  // A copy of the folder names the same process, which is not its own.
  cpSync(join(runs, 'mine'), join(runs, 'copy'), { recursive: true });
  await expect(act(server, routes.stop, { id: 'copy' })).rejects.toThrow(/one of the folders is a copy/);
  rmSync(join(runs, 'copy'), { recursive: true });
  expect(lives(started.pid)).toBe(true);
  expect(await act(server, routes.stop, { id: 'mine' })).toMatchObject({
    command: `kill -INT ${started.pid}`,
    pid: started.pid,
  });
  await stateBecomes(server, 'mine', 'stopped');
  await expect(act(server, routes.stop, { id: 'mine' })).rejects.toThrow(/is not running/);
  const { step = 0 } = (await rowOf(server, 'mine')) ?? {};
  const resumed = await act(server, routes.resume, { id: 'mine' });
  expect(resumed).toMatchObject({
    id: 'mine',
    command: `npx meanfield train --resume '${join(runs, 'mine')}'`,
  });
  await stepPasses(server, 'mine', step);
  await act(server, routes.stop, { id: 'mine' });
  await stateBecomes(server, 'mine', 'stopped');
});

it(
  'a run outlives the server that started it; once killed, it is shown as crashed within 10 s and can be resumed',
  { timeout: 300_000 },
  async () => {
    const first = await startServer();
    const { pid, id } = await act(first, routes.start, {
      arguments: [...training, '--recovery-interval', '5'],
    });
    await stepPasses(first, id!, 6);
    first.child.kill('SIGINT');
    expect(await once(first.child, 'exit')).toEqual([0, null]);
    const second = await startServer();
    const { step } = (await rowOf(second, id!))!;
    await stepPasses(second, id!, step);
    kill(pid, 'SIGKILL');
    await expect.poll(async () => (await rowOf(second, id!))?.state, { timeout: 10_000 }).toBe('crashed');
    expect((await rowOf(second, id!))?.resumable).toBe(true);
    const resumed = await act(second, routes.resume, { id });
    expect(resumed.pid).not.toBe(pid);
    await stateBecomes(second, id!, 'running');
  },
);

it('returns the error of rejected training arguments and leaves no run', { timeout: 120_000 }, async () => {
  const server = await startServer();
  const start = (...args: string[]): Promise<ActionAnswer> => act(server, routes.start, { arguments: args });
  await expect(start('--epochs', 'many')).rejects.toThrow(
    /^expected an integer >= 1 for --epochs, got "many"/,
  );
  await expect(start('--dataset', 'cifar10', '--data-dir', join(base, 'none'))).rejects.toThrow(
    /^cifar10 not found/,
  );
  await expect(start('--output', base)).rejects.toThrow(/--output is not allowed here/);
  await expect(start('--dataset', 'synthetic-images; touch x')).rejects.toThrow(/dataset/);
  expect(((await (await fetch(server.url + routes.runs)).json()) as RunList).runs).toEqual([]);
});

it('does not stop a process that a run folder falsely claims', { timeout: 60_000 }, async () => {
  const server = await startServer();
  const bystander = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', 'train', '--output', runs]);
  children.push(bystander);
  mkdirSync(join(runs, 'forged'), { recursive: true });
  const now = new Date().toISOString();
  writeFileSync(
    join(runs, 'forged', 'status.json'),
    JSON.stringify({
      pid: bystander.pid,
      host: hostname(),
      state: 'running',
      heartbeat: now,
      started: now,
      step: 1,
      epoch: 0,
      totalSteps: 9,
    }),
  );
  writeFileSync(join(runs, 'forged', 'env.json'), JSON.stringify({ command: 'meanfield train' }));
  expect((await rowOf(server, 'forged'))?.state).toBe('running');
  await expect(act(server, routes.stop, { id: 'forged' })).rejects.toThrow(
    /does not train forged: not stopped/,
  );
  for (const id of ['../outside', 'none', '', 'forged/../forged'])
    await expect(act(server, routes.stop, { id })).rejects.toThrow(/no run/);
  expect(lives(bystander.pid!)).toBe(true);
});

it('prints its URL, serves its page, and exits cleanly on Ctrl-C', { timeout: 60_000 }, async () => {
  const child = startCommand([runs, '--no-open', '--port', '0']);
  const outcome = outcomeOf(child);
  const [line] = (await once(child.stdout!, 'data')) as [Buffer];
  expect(line.toString()).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\n$/);
  const page = await (await fetch(line.toString().trim())).text();
  expect(page).toMatch(/<meta name="studio-token" content="[\w-]{32}" \/>/);
  child.kill('SIGINT');
  const { code, stderr } = await outcome;
  expect(code).toBe(0);
  expect(stderr).toMatch(/does not exist yet; runs appear on the page when the first one starts/);
});

it('reports a port that is taken; by default, it chooses another', { timeout: 60_000 }, async () => {
  const holder = createServer().listen(4646, '127.0.0.1');
  // The port is taken in either case.
  await Promise.race([once(holder, 'listening'), once(holder, 'error')]);
  const { code, stderr } = await outcomeOf(startCommand([runs, '--no-open', '--port', '4646']));
  expect([code, stderr]).toEqual([
    2,
    expect.stringMatching(/^meanfield: cannot listen on 127\.0\.0\.1:4646: the port is in use: .*--port/),
  ]);
  const server = await startServer();
  expect(server.port).toBeGreaterThan(4646);
  holder.close();
});

it('refuses an invalid runs folder and a network address in one line', { timeout: 60_000 }, async () => {
  mkdirSync(join(runs, 'one'), { recursive: true });
  writeFileSync(join(runs, 'one', 'status.json'), '{}');
  const refusal = async (...args: string[]): Promise<Refused> =>
    outcomeOf(startCommand([...args, '--no-open']));
  expect(await refusal(join(runs, 'one'))).toEqual({
    code: 2,
    stderr: expect.stringMatching(/is a run folder: give the folder that holds it\n$/) as string,
  });
  expect(await refusal(join(runs, 'one', 'status.json'))).toEqual({
    code: 2,
    stderr: expect.stringMatching(/is a file, not a folder/) as string,
  });
  expect(await refusal(runs, '--host', '0.0.0.0')).toEqual({
    code: 2,
    stderr: expect.stringMatching(/other machines.*--allow-network/) as string,
  });
});
