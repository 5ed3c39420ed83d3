import { expect, it } from 'vitest';
import { Workshop } from './children.ts';

const workshop = Workshop.open();

it('the garbage collector frees exactly the unreachable tensors', async () => {
  const { code, stdout, stderr } = await workshop.run(
    'finaliser.mjs',
    `const { ops, tensor: make, scope, keep, liveTensorCount } = tensor;
const pause = () => new Promise((done) => setTimeout(done, 5));
async function settle(count) { for (let i = 0; i < 200 && liveTensorCount() > count; i++) { gc(); await pause(); } }
const kept = make([1, 2]);
(() => { for (let i = 0; i < 100; i++) make([i]); })();
(() => { for (let i = 0; i < 100; i++) scope(() => ({ x: ops.addScalar(kept, i) })); })();
(() => { for (let i = 0; i < 100; i++) scope(() => { keep(ops.addScalar(kept, i)); }); })();
(() => { for (let i = 0; i < 100; i++) make([i]).dispose(); })();
const before = liveTensorCount();
await settle(1);
console.log(JSON.stringify({ before, after: liveTensorCount(), kept: kept.toArray() }));`,
    { flags: ['--expose-gc'] },
  );
  expect(stderr).toBe('');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual({ before: 301, after: 1, kept: [1, 2] });
});

it('a collected generator releases its id', async () => {
  const { stdout } = await workshop.run(
    'generators.mjs',
    `const { Generator } = tensor;
const pause = () => new Promise((done) => setTimeout(done, 5));
const held = new Generator(1);
(() => { for (let i = 0; i < 50; i++) new Generator(i); })();
let id = 1e9;
for (let i = 0; i < 200 && id > 50; i++) { gc(); await pause(); id = new Generator(7).id; }
console.log(id <= 50, held.uniform([1]).toArray().length);`,
    { flags: ['--expose-gc'] },
  );
  expect(stdout).toBe('true 1\n');
});

/** Peak resident memory in MiB while 200 tensors of 16 MiB are created and dropped. */
async function peakOf(expression: string): Promise<number> {
  const { stdout, stderr } = await workshop.run(
    'peak.mjs',
    `const { ops, tensor: make, scope } = tensor;
const MiB = 2 ** 20;
let peak = 0;
for (let i = 0; i < 200; i++) {
  (() => { ${expression}; })();
  await new Promise((done) => setImmediate(done));
  peak = Math.max(peak, process.memoryUsage.rss() / MiB);
}
console.log(peak);`,
  );
  expect(stderr).toBe('');
  return Number(stdout);
}

// 3.2 GiB in total; V8's limit for external memory must bound the peak.
it('dropped tensors are collected because V8 knows their size', async () => {
  expect(await peakOf('ops.full([4 * MiB], 1, "f32")')).toBeLessThan(1200);
});

it('dropped views weigh what they keep alive', async () => {
  expect(await peakOf('scope(() => ops.select(ops.full([2, 2 * MiB], 1, "f32"), 0, 0))')).toBeLessThan(1200);
});

it('only tensors outside scopes trigger garbage collection', async () => {
  const { stdout } = await workshop.run(
    'weight.mjs',
    `import { constants, PerformanceObserver } from 'node:perf_hooks';
const { ops, scope, keep } = tensor;
let collections = 0;
const { NODE_PERFORMANCE_GC_MAJOR, NODE_PERFORMANCE_GC_INCREMENTAL } = constants;
new PerformanceObserver((list) => {
  collections += list.getEntries().filter(({ detail }) =>
    [NODE_PERFORMANCE_GC_MAJOR, NODE_PERFORMANCE_GC_INCREMENTAL].includes(detail.kind)).length;
}).observe({ entryTypes: ['gc'] });
const make = () => ops.full([2, 1 << 25], 1, 'u8');
const collectionsOf = async (body) => {
  const before = collections;
  for (let i = 0; i < 30; i++) { body(); await new Promise((done) => setTimeout(done, 1)); }
  return collections - before;
};
const inScopes = await collectionsOf(() => scope(() => { make(); }));
const views = await collectionsOf(() => scope(() => { scope(() => ops.select(make(), 0, 0)); }));
const kept = await collectionsOf(() => scope(() => keep(make())));
console.log(inScopes, views, kept > 5);`,
  );
  expect(stdout).toBe('0 0 true\n');
});

it('memory lent to a tensor outlives the array and is released with the tensor', async () => {
  const { code, stdout, stderr } = await workshop.run(
    'lent.mjs',
    `const { ops, fromBuffer, scope } = tensor;
const pause = () => new Promise((done) => setTimeout(done, 5));
let freed = 0;
const registry = new FinalizationRegistry(() => { freed++; });
const lend = () => {
  const array = new Float32Array(1 << 16).fill(3);
  registry.register(array.buffer, 0);
  return fromBuffer(array, [array.length]);
};
const lent = lend();
const other = lend();
const view = ops.sliceDim(other, 0, 1);
other.dispose();
for (let i = 0; i < 20; i++) { gc(); new Float32Array(1 << 16).fill(9); await pause(); }
const sums = [lent, view].map((one) => scope(() => ops.sum(one).item()));
const early = freed;
lent.dispose();
view.dispose();
for (let i = 0; i < 200 && freed < 2; i++) { gc(); await pause(); }
console.log(JSON.stringify({ sums, early, freed }));`,
    { flags: ['--expose-gc'] },
  );
  expect(stderr).toBe('');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual({ sums: [3 * 65536, 3 * 65535], early: 0, freed: 2 });
});

it('a view of a tensor survives its disposal and the garbage collector', async () => {
  const { stdout, stderr } = await workshop.run(
    'view.mjs',
    `const { ops } = tensor;
const pause = () => new Promise((done) => setTimeout(done, 1));
const source = ops.full([1 << 16], 5, 'f64');
const first = source.viewTypedArray();
let second = source.viewTypedArray();
source.dispose();
second = undefined;
for (let i = 0; i < 20; i++) { gc(); ops.full([1 << 16], 7, 'f64').dispose(); await pause(); }
console.log(first.constructor.name, first.every((value) => value === 5));`,
    { flags: ['--expose-gc'] },
  );
  expect(stderr).toBe('');
  expect(stdout).toBe('Float64Array true\n');
});

it('arrays that cannot be lent are not kept', async () => {
  const { stdout } = await workshop.run(
    'refused.mjs',
    `const { fromBuffer } = tensor;
const pause = () => new Promise((done) => setTimeout(done, 5));
let freed = 0;
const registry = new FinalizationRegistry(() => { freed++; });
(() => {
  for (const shape of [[5], [2 ** 32, 2 ** 32], [4, 2 ** 62]]) {
    const array = new Float32Array(4);
    registry.register(array.buffer, 0);
    try { fromBuffer(array, shape); console.log('accepted', shape); } catch { /* as it should be */ }
  }
})();
for (let i = 0; i < 200 && freed < 3; i++) { gc(); await pause(); }
console.log(freed);`,
    { flags: ['--expose-gc'] },
  );
  expect(stdout).toBe('3\n');
});

it('a process that exits with tensors, lent arrays and views alive ends cleanly', async () => {
  const { code, signal, stderr } = await workshop.run(
    'exit.mjs',
    `const { ops, fromBuffer, tensor: make, grad } = tensor;
globalThis.all = [];
for (let i = 0; i < 100; i++) {
  const lent = fromBuffer(new Float32Array(1024), [1024]);
  const leaf = make([i]).setRequiresGrad();
  globalThis.all.push(lent, lent.viewTypedArray(), leaf, ops.exp(leaf), make(new Float64Array(64)).viewTypedArray());
}
process.exit(7);`,
  );
  expect({ code, signal, stderr }).toEqual({ code: 7, signal: null, stderr: '' });
});

it('freed memory is reused, and kept memory stays close to the peak in use', async () => {
  const { stdout, stderr } = await workshop.run(
    'sizes.mjs',
    `const { ops, full } = tensor;
const MiB = 2 ** 20;
const rss = () => process.memoryUsage.rss() / MiB;
full([1024], 1).dispose();
const before = rss();
let peak = 0;
// 256 MiB at a time, in blocks of many sizes.
for (let round = 0; round < 40; round++) {
  const count = 256 / 2 ** (round % 8);
  const tensors = Array.from({ length: 2 ** (round % 8) }, () => full([count * MiB / 4 - round], 1));
  peak = Math.max(peak, rss() - before);
  for (const each of tensors) each.dispose();
}
console.log(peak);
try { full([2e10, 20], 1); } catch (error) { console.log(error.message); }`,
  );
  expect(stderr).toBe('');
  const [peak, message] = stdout.trim().split('\n');
  expect(Number(peak)).toBeGreaterThan(256);
  expect(Number(peak)).toBeLessThan(256 * 1.125 + 32);
  expect(message).toMatch(/not enough memory for a tensor of 1600000000000 bytes/);
});
