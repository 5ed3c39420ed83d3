/** Distributions of blocks: intervals in depth, paths smooth in depth, moments, distances, and the reference solution. */
import {
  bottleneck,
  denseFlow,
  gaussian,
  gridMeasure,
  gridWasserstein,
  independentSlices,
} from 'meanfield/mean-field';
import {
  intervalMeasure,
  integrateOverDepth,
  pathMeasure,
  secondMoment,
  sinkhorn,
  smoothPaths,
  solveFlow,
} from 'meanfield/mean-field';
import { Generator, ops, scope } from 'meanfield/tensor';

// The scope frees the tensors created in it.
scope(() => {
  const generator = new Generator(1);
  const [d, family] = [3, bottleneck('gelu')];
  const k = family.parameterCount(d);
  const rho = gridMeasure(independentSlices(gaussian(), generator, 5, 32, k, 'f64'));
  const nu = gridMeasure(independentSlices(gaussian(1.2), generator, 5, 32, k, 'f64'));
  const { distance } = sinkhorn(rho.particles(0, 0), nu.particles(0, 0), { epsilon: 0.5 });
  process.stdout.write(
    `second moment ${integrateOverDepth(rho, secondMoment).toFixed(2)}, W2(rho, nu) ${gridWasserstein(rho, nu).toFixed(3)}, ` +
      `of the first slices, entropic, ${distance.toFixed(3)}\n`,
  );

  const inputs = generator.normal([10, d], 'f64');
  const problem = { inputs, targets: inputs };
  const blocks = intervalMeasure(generator.normal([4, k], 'f64'), { tau: [0.4, 0.1, 1, 0.7] });
  process.stdout.write(`Algorithm 1 sorts: steps ${blocks.steps.map((h) => h.toFixed(1)).join(' ')}\n`);
  const path = smoothPaths(gaussian(), generator, 8, k, { dtype: 'f64' });
  const limit = denseFlow(problem, family, pathMeasure(path, 1));
  for (const depth of [10, 20, 40]) {
    const state = solveFlow(problem, family, pathMeasure(path, depth)).at(-1)!;
    const error = ops.norm(ops.sub(state, limit.states.at(-1)!)).item();
    process.stdout.write(`L = ${depth}: distance to the ODE ${error.toFixed(4)}\n`);
  }
});
