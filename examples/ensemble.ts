/** A ResNet as an ensemble of shallow networks: its state as a power series in the size of rho. */
import {
  bottleneck,
  expandFlow,
  gaussian,
  gridMeasure,
  independentSlices,
  solveFlow,
} from 'meanfield/mean-field';
import { Generator, ops, scope } from 'meanfield/tensor';

// The scope frees the tensors created in it.
scope(() => {
  const generator = new Generator(1);
  const inputs = generator.normal([100, 4], 'f64');
  const problem = { inputs, targets: inputs };
  const family = bottleneck('tanh');
  const rho = gridMeasure(independentSlices(gaussian(), generator, 20, 8, family.parameterCount(4), 'f64'));
  const exact = solveFlow(problem, family, rho).at(-1)!;
  let sum = ops.mulScalar(exact, 0);
  expandFlow(problem, family, rho, 6).forEach((term, k) => {
    sum = ops.add(sum, term);
    const [size, rest] = [term, ops.sub(exact, sum)].map((x) =>
      (ops.norm(x).item() / ops.norm(exact).item()).toExponential(1),
    );
    process.stdout.write(`order ${k}: carries ${size}, what orders 0 .. ${k} leave ${rest}\n`);
  });
});
