/** A stationary start of gradient flow, and a descent direction that escapes it. */
import {
  bottleneck,
  functionalGradient,
  gridMeasure,
  insertParticles,
  lineSearch,
  solve,
} from 'meanfield/mean-field';
import { conditionalGradient, steepestDirection, wassersteinFlow } from 'meanfield/mean-field';
import { Generator, ops, scope } from 'meanfield/tensor';

// The scope frees the tensors created in it.
scope(() => {
  const generator = new Generator(1);
  const inputs = generator.normal([40, 3], 'f64');
  const targets = ops.sin(ops.mulScalar(inputs, 2));
  const [problem, family] = [{ inputs, targets }, bottleneck('tanh')];
  const stuck = gridMeasure(ops.zeros([4, 8, family.parameterCount(3)], 'f64'));
  const still = wassersteinFlow(problem, family, stuck, { ds: 0.5, maxSteps: 100 });
  const solution = solve(problem, family, stuck);
  const direction = steepestDirection(solution, { radius: 4, generator });
  const towards = (lambda: number) => insertParticles(stuck, direction.theta, lambda);
  const { lambda, loss } = lineSearch(problem, family, towards);
  const free = wassersteinFlow(problem, family, towards(lambda), { ds: 0.5, maxSteps: 400 });
  const grown = conditionalGradient(problem, family, stuck, {
    radius: 4,
    generator,
    rounds: 10,
    correctiveSteps: 20,
  });
  process.stdout.write(
    `E ${solution.loss.toFixed(4)}, after 100 steps of the flow ${still.loss.toFixed(4)}\n` +
      `G at theta = 0: ${functionalGradient(solution, 0)
        .value(ops.zeros([1, 7], 'f64'))
        .item()}\n` +
      `descent direction: <dE/drho, nu - rho> = ${direction.gap.toFixed(4)}, best lambda ${lambda.toFixed(3)}, E ${loss.toFixed(4)}\n` +
      `flow from there: ${free.loss.toFixed(4)}; ten rounds of conditional gradient: ${grown.rounds.at(-1)?.loss.toFixed(4)}\n`,
  );
});
