/** `meanfield verify` as a user runs it. */
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { meanfield, startMeanfield } from './command.ts';
import { temporaryFolder } from '../../src/test-folder.ts';

interface Found {
  readonly claims: readonly {
    readonly id: string;
    readonly pass: boolean;
    readonly measured: object;
    readonly seed: number;
  }[];
  readonly seeds: { readonly green: number; readonly of: number };
}
const lastLine = (text: string): Found => JSON.parse(text.trim().split('\n').at(-1) ?? '') as Found;

interface Measured {
  readonly pass: boolean;
}
const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });

/** The first child of a process. */
function childOf(pid: number | undefined): number | undefined {
  try {
    const [child] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
    return Number(child) || undefined;
  } catch {
    return undefined;
  }
}

const out = temporaryFolder();

it('measures the named claims, prints the numbers, and writes the page with figures and data', () => {
  const { code, stdout } = meanfield([
    'verify',
    'c3',
    'C2h',
    '--quick',
    '--json',
    '--output',
    out,
    '--threads',
    '1',
  ]);
  expect(code).toBe(0);
  const { claims } = lastLine(stdout);
  expect(claims.map(({ id, pass }) => [id, pass])).toEqual([
    ['C2h', true],
    ['C3', true],
  ]);
  expect(Object.keys(claims[1]?.measured ?? {})).toContain(
    'slope of the remainder in lambda, median over pairs',
  );
  expect(readdirSync(out).sort()).toEqual(
    ['C2h', 'C3']
      .flatMap((id) => ['csv', 'json', 'npz', 'pdf', 'png', 'svg'].map((ending) => `${id}.${ending}`))
      .concat('verify.html')
      .sort(),
  );
  expect(readFileSync(join(out, 'C3.npz')).includes('panel1/pair 1.npy')).toBe(true);
  const page = readFileSync(join(out, 'verify.html'), 'utf8');
  expect(page).toContain('2 of 2 claims hold');
  expect(page.match(/<svg/g)).toHaveLength(2);
});

it('C1 alone holds, and its JSON says so', () => {
  const { code, stdout } = meanfield(['verify', 'C1', '--quick', '--json', '--output', join(out, 'c1')]);
  expect(code).toBe(0);
  const [claim] = lastLine(stdout).claims;
  expect(claim).toMatchObject({ id: 'C1', pass: true, seed: 1 });
  expect(Object.values(claim?.measured ?? {})).toHaveLength(5);
});

it('a claim whose process dies fails in one line, the others are measured, and the exit code is 1', async () => {
  const dir = join(out, 'killed');
  const run = startMeanfield([
    'verify',
    'C4',
    '--quick',
    '--seed',
    '1..6',
    '--threads',
    '1',
    '--output',
    dir,
  ]);
  const ended = once(run, 'exit');
  while (childOf(run.pid) === undefined && run.exitCode === null) await pause(20);
  await pause(400);
  process.kill(childOf(run.pid)!, 'SIGKILL');
  expect((await ended)[0]).toBe(1);
  const found = [1, 2, 3, 4, 5, 6].map(
    (seed) => JSON.parse(readFileSync(join(dir, `seed-${seed}`, 'C4.json'), 'utf8')) as Measured,
  );
  const broken = found.filter(({ pass }) => !pass);
  expect(broken).toHaveLength(1);
  expect(broken[0]).toMatchObject({ checks: [], error: 'its process was killed by SIGKILL' });
});

it('over a range of seeds it counts the green ones', () => {
  const { code, stdout, stderr } = meanfield([
    'verify',
    'C3',
    '--quick',
    '--seed',
    '4..6',
    '--json',
    '--output',
    join(out, 'seeds'),
    '--threads',
    '1',
  ]);
  expect(code).toBe(0);
  expect(lastLine(stdout).seeds).toEqual({ green: 3, of: 3 });
  expect(stderr).toContain('every claim holds at 3 of 3 seeds');
  expect(existsSync(join(out, 'seeds', 'seed-5', 'verify.html'))).toBe(true);
});

it.each([
  [['C22'], 'meanfield: unknown claim C22: did you mean C2 or C2h? (one of C1, C2, '],
  [['nothing'], 'meanfield: unknown claim nothing (one of C1, C2, '],
  [['C3', '--seed', 'one'], '--seed: expected seeds such as 7, 1,2,5 or 1..20, at most 1000, got "one"'],
])('verify %s is refused in one line', (args, message) => {
  const { code, stderr } = meanfield(['verify', ...args, '--output', join(out, 'no')]);
  expect(code).toBe(2);
  // A usage error ends with a reference to the help.
  expect(
    stderr
      .trim()
      .split('\n')
      .filter((line) => !line.startsWith('(--help')),
  ).toHaveLength(1);
  expect(stderr).toContain(message);
  expect(existsSync(join(out, 'no'))).toBe(false);
});
