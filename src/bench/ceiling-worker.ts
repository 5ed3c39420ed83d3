/** One process that measures the machine's ceilings and prints one JSON object. */
import { setThreads } from '../native/index.ts';
import { Generator, keep, ops, scope, type Tensor } from '../tensor/index.ts';
import { median } from './alternate.ts';

const { threads } = JSON.parse(process.argv[2] ?? '{}') as { threads: number };
setThreads(threads);
const generator = new Generator(0);

/** Median seconds of seven calls after two. */
function seconds(body: () => void): number {
  const times: number[] = [];
  for (let call = 0; call < 9; call++) {
    const start = performance.now();
    scope(body);
    if (call >= 2) times.push((performance.now() - start) / 1000);
  }
  return median(times);
}

const side = 2048;
const gemm = (dtype: 'f32' | 'f64' | 'bf16'): number =>
  scope(() => {
    const draw = (): Tensor => ops.toDtype(generator.normal([side, side]), dtype);
    const [a, b] = [draw(), draw()];
    const out = draw();
    return (
      (2 * side ** 3) /
      1e9 /
      seconds(() => {
        ops.copy_(out, ops.mm(a, b));
      })
    );
  });
const from = keep(generator.normal([1 << 25]));
const to = keep(ops.clone(from));
const copy =
  (2 * from.size * 4) /
  1e9 /
  seconds(() => {
    ops.copy_(to, from);
  });
const gflops = { f32: gemm('f32'), f64: gemm('f64'), bf16: gemm('bf16') };
process.stdout.write(`${JSON.stringify({ gemm: gflops, copy })}\n`);
