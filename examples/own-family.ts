/** Bring your own f, rho and data: the flow, its adjoint, G anywhere, a descent direction, and a gradient flow. */
import {
  customFamily,
  flowGradient,
  functionalGradient,
  gaussian,
  gridMeasure,
  independentSlices,
  steepestDirection,
  wassersteinFlow,
} from 'meanfield/mean-field';
import { Generator, ops, scope } from 'meanfield/tensor';

// The scope frees the tensors created in it.
scope(() => {
  const generator = new Generator(1);
  const inputs = generator.normal([50, 2], 'f64');
  const problem = { inputs, targets: ops.sin(inputs) };
  // f(x, theta) = theta_1 sin(theta_0 x): batched over particles, derivatives by autograd.
  const family = customFamily({
    parameterCount: 2,
    batched: true,
    value(x, theta) {
      const [rate, size] = [ops.sliceDim(theta, 2, 0, 1), ops.sliceDim(theta, 2, 1, 2)];
      return ops.mul(ops.sin(ops.mul(x, rate)), size);
    },
  });
  const rho = gridMeasure(independentSlices(gaussian(), generator, 4, 16, 2, 'f64'));
  const solution = flowGradient(problem, family, rho);
  process.stdout.write(
    `E ${solution.loss.toFixed(4)}, costate at depth 0 [${solution.costates[0]?.shape.join(', ')}]\n`,
  );
  const g = functionalGradient(solution, 2);
  process.stdout.write(
    `G at three blocks: ${g
      .value(generator.normal([3, 2], 'f64'))
      .toArray()
      .map((x) => x.toFixed(4))
      .join(' ')}\n`,
  );
  const { gap } = steepestDirection(solution, { radius: 3, generator });
  process.stdout.write(`towards the best block of each depth E falls at the rate ${(-gap).toFixed(4)}\n`);
  const end = wassersteinFlow(problem, family, rho, { ds: 0.5, maxSteps: 40 });
  process.stdout.write(`E after 40 steps of the gradient flow: ${end.loss.toFixed(4)}\n`);
});
