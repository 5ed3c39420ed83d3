// Bodies of sweeps that the tests run in several processes.
import { bottleneck, gaussian, pathMeasure, smoothPaths, solveFlow } from 'meanfield/mean-field';
import { Generator, ops } from 'meanfield/tensor';

const family = bottleneck('tanh');

/** A random flow that depends only on its point. */
export function flowRow({ L, seed }) {
  const generator = new Generator(seed);
  const inputs = generator.normal([16, 4], 'f64');
  const path = smoothPaths(gaussian(), generator, 8, family.parameterCount(4), { dtype: 'f64' });
  const state = solveFlow({ inputs, targets: inputs }, family, pathMeasure(path, L)).at(-1);
  return { norm: ops.norm(state).item(), zero: -0, open: seed === 2 ? NaN : Infinity };
}

export const whoRow = () => ({ pid: process.pid });

export function unreadableRow({ seed }) {
  if (seed === 2) throw new Error('no such law\nwith details');
  return { a: 1 };
}

export function dyingRow({ seed }) {
  if (seed === 2) process.kill(process.pid, 'SIGKILL');
  return { a: 1 };
}

export const textRow = () => ({ a: '1' });

/** Never returns to the event loop. */
export function endlessRow() {
  for (;;);
}
