/**
 * How the error of a ResNet of L blocks falls with depth, over draws of rho: a sweep, its summary, and a fit. With a
 * folder as argument, the rows are saved there as sweep.csv and sweep.npz.
 */
import { bottleneck, gaussian, pathMeasure, smoothPaths, solveFlow } from 'meanfield/mean-field';
import { Generator, ops } from 'meanfield/tensor';
import { fitPower, rms, summarise, sweep, writeRows } from 'meanfield/theory';

const [samples, d] = [16, 4];
const family = bottleneck('tanh');

const rows = sweep({ M: [4, 16], L: [16, 32, 64, 128], seed: [1, 2, 3] }, ({ M, L, seed }) => {
  const generator = new Generator(seed);
  const inputs = generator.normal([samples, d], 'f64');
  const problem = { inputs, targets: inputs };
  const path = smoothPaths(gaussian(), generator, M, family.parameterCount(d), { dtype: 'f64' });
  const reference = solveFlow(problem, family, pathMeasure(path, L), { integrator: 'rk4' }).at(-1)!;
  const state = solveFlow(problem, family, pathMeasure(path, L)).at(-1)!;
  return { error: ops.norm(ops.sub(state, reference)).item() / ops.norm(reference).item() };
});

for (const M of [4, 16]) {
  const errors = summarise(
    rows.filter((row) => row.M === M),
    { by: ['L'], of: 'error', with: rms },
  );
  const { slope, standardError } = fitPower(
    errors.map(({ L }) => L),
    errors.map(({ error }) => error),
  );
  process.stdout.write(
    `M = ${M}: the error falls as L^${slope.toFixed(3)} (standard error ${standardError.toFixed(3)})\n`,
  );
}

const folder = process.argv[2];
if (folder !== undefined) for (const ending of ['csv', 'npz']) writeRows(`${folder}/sweep.${ending}`, rows);
