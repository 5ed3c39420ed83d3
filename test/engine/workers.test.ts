import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { native } from '../../src/native/index.ts';
import { liveTensorCount, ops, tensor } from '../../src/tensor/index.ts';
import { Workshop } from './children.ts';

const workshop = Workshop.open();

/** The first message of a worker. */
function firstMessage(worker: Worker): Promise<unknown> {
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

const exitOf = (worker: Worker): Promise<number> => new Promise((resolve) => worker.once('exit', resolve));

function start(name: string, body: string, workerData: unknown = null): Worker {
  const head = `import { parentPort, workerData } from 'node:worker_threads';\n`;
  return new Worker(workshop.script(name, head + body), { workerData });
}

it('two workers load the addon, compute concurrently, and exit', async () => {
  const body = `const { ops, tensor: make, scope, grad, liveTensorCount, Generator } = tensor;
const x = new Generator(workerData).normal([32, 32], 'f64').setRequiresGrad();
let total = 0;
for (let i = 0; i < 50; i++) total = scope(() => {
  const loss = ops.sum(ops.tanh(ops.mm(x, x)));
  const [g] = grad(loss, [x]);
  return ops.sum(g).item();
});
parentPort.postMessage({ total, live: liveTensorCount() });`;
  const workers = [1, 1, 2].map((seed) => start('compute.mjs', body, seed));
  const exits = workers.map(exitOf);
  const results = (await Promise.all(workers.map(firstMessage))) as { total: number; live: number }[];
  expect(results.map(({ live }) => live)).toEqual([1, 1, 1]);
  expect(results[0]?.total).toBe(results[1]?.total);
  expect(results[0]?.total).not.toBe(results[2]?.total);
  expect(await Promise.all(exits)).toEqual([0, 0, 0]);
});

it('each thread has its own handles, modes and tensor count', async () => {
  const mine = tensor([1, 2, 3]);
  const here = liveTensorCount();
  native().setGradMode(false);
  try {
    const worker = start(
      'own.mjs',
      `const { ops, tensor: make, liveTensorCount } = tensor;
const count = liveTensorCount();
let stale = '';
try { native.native().tensorMeta(workerData); } catch (error) { stale = error.message; }
const w = make([1]).setRequiresGrad();
parentPort.postMessage({ count, stale, recorded: ops.exp(w).requiresGrad });`,
      mine.handle,
    );
    const exit = exitOf(worker);
    expect(await firstMessage(worker)).toEqual({
      count: 0,
      stale: 'tensor used after it was disposed',
      recorded: true,
    });
    await exit;
    expect(native().setGradMode(false)).toBe(false);
  } finally {
    native().setGradMode(true);
  }
  expect(liveTensorCount()).toBe(here);
  expect(mine.toArray()).toEqual([1, 2, 3]);
  mine.dispose();
});

it('workers terminated while computing over lent arrays leave the process healthy', async () => {
  const body = `const { ops, fromBuffer, scope } = tensor;
globalThis.all = [];
for (let i = 0; i < 20; i++) {
  const lent = fromBuffer(new Float32Array(4096), [64, 64]);
  globalThis.all.push(lent.viewTypedArray());
  if (i % 2) globalThis.all.push(lent); else lent.dispose();
}
const x = ops.rand([64, 64], null, 'f32');
parentPort.postMessage('busy');
for (;;) scope(() => { ops.mm(x, x); });`;
  for (let round = 0; round < 3; round++) {
    const workers = [0, 1].map(() => start('busy.mjs', body));
    expect(await Promise.all(workers.map(firstMessage))).toEqual(['busy', 'busy']);
    expect(await Promise.all(workers.map((worker) => worker.terminate()))).toEqual([1, 1]);
  }
  const x = tensor([2]);
  const y = ops.mul(x, x);
  expect(y.item()).toBe(4);
  x.dispose();
  y.dispose();
});

it('an error in a worker stays in that worker', async () => {
  const worker = start(
    'failing.mjs',
    `const { ops, tensor: make } = tensor;
try { ops.mm(make([1]), make([1])); } catch (error) { parentPort.postMessage([error.name, error.message]); }`,
  );
  const exit = exitOf(worker);
  expect(await firstMessage(worker)).toEqual([
    'OperatorError',
    expect.stringMatching(/^aten::mm\(f32\[1\], f32\[1\]\): /) as unknown,
  ]);
  await exit;
});
