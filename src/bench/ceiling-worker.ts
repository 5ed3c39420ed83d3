/** A process that measures the machine's ceilings and prints one JSON object. */
import { libraryFacts, setThreads } from '../native/index.ts';
import { Generator, keep, ops, scope, type Tensor } from '../tensor/index.ts';
import { median } from '../stats/index.ts';
import { endWithParent } from '../processes/index.ts';
import type { Precision } from './work.ts';

endWithParent();
const { threads } = JSON.parse(process.argv[2] ?? '{}') as { threads: number };
setThreads(threads);
const generator = new Generator(0);

const minCalls = 3;
const maxCalls = 7;
/** More than `minCalls` calls are made only within this time, in s. */
const timeBudget = 1;

/** Median seconds of three to seven calls, after one warm-up call. */
function seconds(body: () => void): number {
  const times: number[] = [];
  let spent = 0;
  scope(body);
  while (times.length < minCalls || (times.length < maxCalls && spent < timeBudget)) {
    const start = performance.now();
    scope(body);
    const time = (performance.now() - start) / 1000;
    times.push(time);
    spent += time;
  }
  return median(times);
}

/** Seconds of a product of square matrices. */
const product = (side: number, dtype: Precision): number =>
  scope(() => {
    const draw = (): Tensor => ops.toDtype(generator.normal([side, side]), dtype);
    const [a, b] = [draw(), draw()];
    const out = draw();
    return seconds(() => {
      ops.copy_(out, ops.mm(a, b));
    });
  });

/** A smaller product that takes this long, in s, reaches the full rate. */
const fullRateTime = 0.025;

/** GFLOP/s. */
function gemm(dtype: Precision): number {
  const rate = (side: number, time: number): number => (2 * side ** 3) / 1e9 / time;
  const time = product(1024, dtype);
  return time > fullRateTime ? rate(1024, time) : rate(2048, product(2048, dtype));
}
const from = keep(generator.normal([1 << 25]));
const to = keep(ops.clone(from));
const copy =
  (2 * from.size * 4) /
  1e9 /
  seconds(() => {
    ops.copy_(to, from);
  });
// On CPUs without bf16 instructions a product takes minutes: skip it.
const gflops = { f32: gemm('f32'), f64: gemm('f64'), ...(libraryFacts().bf16 && { bf16: gemm('bf16') }) };
process.stdout.write(`${JSON.stringify({ gemm: gflops, copy })}\n`);
