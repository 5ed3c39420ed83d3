/** The lab's worker process, as the server sees it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { afterAll, beforeAll, expect, it } from 'vitest';

interface Answer {
  readonly ready?: boolean;
  readonly id?: unknown;
  readonly part?: { readonly part: string; readonly numbers?: Readonly<Record<string, number | null>> };
  readonly done?: boolean;
  readonly milliseconds?: number;
  readonly error?: string;
}

const worker = join(import.meta.dirname, '..', '..', 'dist', 'studio', 'engine', 'worker.js');

class Client {
  readonly child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor() {
    this.child = spawn(process.execPath, [worker], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, OMP_NUM_THREADS: '1' },
    });
    const lines: Interface = createInterface({ input: this.child.stdout! });
    this.#lines = lines[Symbol.asyncIterator]();
  }

  async next(): Promise<Answer> {
    const line = await this.#lines.next();
    if (line.done) throw new Error('the worker has ended');
    return JSON.parse(line.value) as Answer;
  }

  send(line: unknown): void {
    this.child.stdin!.write(`${typeof line === 'string' ? line : JSON.stringify(line)}\n`);
  }

  /** All answers to a request. */
  async ask(id: unknown, state: object): Promise<Answer[]> {
    this.send({ id, state });
    const answers: Answer[] = [];
    for (;;) {
      const answer = await this.next();
      answers.push(answer);
      if (answer.id === id && (answer.done || answer.error !== undefined)) return answers;
    }
  }
}

let client: Client;
beforeAll(async () => {
  client = new Client();
  expect(await client.next()).toEqual({ ready: true });
});
afterAll(() => {
  client.child.kill('SIGKILL');
});

it('answers with parts under the request id, and reports completion', async () => {
  const answers = await client.ask('a7', { view: 'flow', points: 20, depth: 4, particles: 4 });
  expect(answers.every(({ id }) => id === 'a7')).toBe(true);
  expect(answers[0]!.part!.part).toBe('points');
  expect(answers.filter(({ part }) => part?.part === 'numbers')).toHaveLength(1);
  expect(answers.at(-1)).toMatchObject({ done: true });
  expect(answers.at(-1)!.milliseconds).toBeGreaterThan(0);
});

it('answers requests in order', async () => {
  client.send({ id: 1, state: { view: 'costate', points: 10, depth: 2, particles: 2 } });
  const second = await client.ask(2, { view: 'expansion', points: 10, depth: 2, particles: 2 });
  const ids = second.map(({ id }) => id);
  expect(ids.indexOf(2)).toBe(ids.lastIndexOf(1) + 1);
});

it('sends the parts of a long computation while it runs, and can be killed', async () => {
  const long = new Client();
  await long.next();
  long.send({ id: 3, state: { view: 'training', steps: 5000, points: 200 } });
  expect((await long.next()).part!.part).toBe('points');
  long.child.kill('SIGKILL');
  const rest: Answer[] = [];
  try {
    for (;;) rest.push(await long.next());
  } catch {
    // The last line may be incomplete.
  }
  expect(rest.some(({ done }) => done)).toBe(false);
});

it.each([
  [{ view: 'flow', points: 5000 }, 'points must be a whole number from 4 to 1000'],
  [{ vew: 'flow' }, 'did you mean view?'],
  [{ view: 'training', points: 1000, depth: 200, particles: 1000, steps: 5000 }, 'the native engine takes'],
  [{ data: 'csv', csv: 'a,b' }, 'own points need three columns'],
  [{ view: 'expansion', activation: 'relu' }, 'relu is not smooth'],
])('reports in one line what is wrong with %j, and continues', async (state, message) => {
  const answers = await client.ask(4, state);
  expect(answers.at(-1)!.error).toContain(message);
  expect(answers.at(-1)!.error).not.toContain('\n');
  expect((await client.ask(5, { points: 4, depth: 1, particles: 1 })).at(-1)).toMatchObject({ done: true });
});

it.each(['nonsense', '[]', '{"id": 1}', 'null', '{"id": 2, "state": 7}'])(
  'answers the line %s with an error',
  async (line) => {
    client.send(line);
    expect((await client.next()).error).toBeTruthy();
  },
);

it('exits when its input closes', async () => {
  const short = new Client();
  await short.next();
  short.child.stdin!.end();
  const [code] = (await once(short.child, 'exit')) as [number | null];
  expect(code).toBe(0);
});

it('exits when its output is closed', async () => {
  const alone = new Client();
  await alone.next();
  alone.child.stdout!.destroy();
  alone.send({ id: 1, state: { view: 'training', steps: 20 } });
  await once(alone.child, 'exit');
});
