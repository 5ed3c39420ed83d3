/** Every function of tensors in f32 and f64, on the same numbers: both work, and agree to f32 rounding. */
import { expect, it } from 'vitest';
import * as mf from '../../src/mean-field/index.ts';
import { type DType, Generator, ops, scope, tensor, type Tensor } from '../../src/tensor/index.ts';

const [L, M, N, d, C] = [3, 4, 6, 2, 2];
const draws = new Generator(3);
const drawn = (...shape: number[]): Tensor => draws.normal(shape, 'f64');
const numbers = {
  inputs: drawn(N, d),
  targets: drawn(N, C),
  theta: ops.mulScalar(drawn(L, M, 2 * d + 1), 0.5),
  square: ops.mulScalar(drawn(L, M, d * d), 0.5),
  list: drawn(5, 2 * d + 1),
  other: drawn(7, 2 * d + 1),
  starts: ops.mulScalar(drawn(8, 2 * d + 1), 0.3),
  against: drawn(3, d),
  costate: drawn(N, d),
};

/** Inputs of the calls below, in one dtype. */
function given(dtype: DType) {
  const x = Object.fromEntries(
    Object.entries(numbers).map(([name, one]) => [name, ops.toDtype(one, dtype)]),
  ) as typeof numbers;
  const family = mf.bottleneck('tanh');
  const problem = { inputs: x.inputs, targets: x.targets };
  const rho = mf.gridMeasure(x.theta);
  const uniform = (theta: Tensor): mf.Particles => ({
    theta,
    weight: ops.full([theta.shape[0]!], 1 / theta.shape[0]!, dtype),
  });
  const solution = mf.flowGradient(problem, family, rho);
  const kernel = mf.tangentKernel(problem, family, rho);
  return {
    ...x,
    dtype,
    family,
    problem,
    rho,
    nu: mf.gridMeasure(ops.mulScalar(x.theta, 1.3)),
    a: uniform(x.list),
    b: uniform(x.other),
    solution,
    kernel,
    generator: new Generator(1),
  };
}
type Given = ReturnType<typeof given>;

const calls: Readonly<Record<string, (g: Given) => Tensor | readonly Tensor[] | ArrayLike<number> | number>> =
  {
    wasserstein: (g) => mf.wasserstein(g.a, g.b),
    optimalTransport: (g) => mf.optimalTransport(g.a, g.b).plan,
    sinkhorn: (g) => mf.sinkhorn(g.a, g.b, { epsilon: 1 }).distance,
    sinkhornDivergence: (g) => mf.sinkhornDivergence(g.a, g.b, { epsilon: 1 }).distance,
    slicedWasserstein: (g) => mf.slicedWasserstein(g.a, g.b),
    gridWasserstein: (g) => mf.gridWasserstein(g.rho, g.nu),
    meanOf: (g) => mf.meanOf(g.a),
    covarianceOf: (g) => mf.covarianceOf(g.a),
    secondMoment: (g) => mf.secondMoment(g.a),
    supportRadius: (g) => mf.supportRadius(g.a),
    partRadii: (g) => mf.partRadii(g.a, [d, d + 1]),
    integrateOverDepth: (g) => mf.integrateOverDepth(g.rho, mf.secondMoment),
    mixture: (g) => mf.energy(g.problem, g.family, mf.mixture(g.rho, g.nu, 0.3)),
    intervalMeasure: (g) =>
      mf.energy(g.problem, g.family, mf.intervalMeasure(g.list, { tau: [0.2, 0.4, 0.6, 0.8, 1] })),
    solveFlow: (g) => mf.solveFlow(g.problem, g.family, g.rho, { integrator: 'rk4' }),
    energy: (g) => mf.energy(g.problem, g.family, g.rho),
    flowGradient: (g) => [g.solution.theta, g.solution.weight, ...g.solution.costates],
    breakGradient: (g) => mf.breakGradient(g.solution),
    functionalGradient: (g) => mf.functionalGradient(g.solution, 1).value(g.list),
    'functionalGradient, slope': (g) => mf.functionalGradient(g.solution, 1).slope(g.list),
    continuousAdjoint: (g) => mf.continuousAdjoint(g.family, g.rho, g.inputs, g.costate).costates,
    denseFlow: (g) =>
      mf.denseFlow(g.problem, g.family, g.rho, { relative: 1e-5, absolute: 1e-5 }).states.at(-1)!,
    wassersteinFlow: (g) =>
      mf.wassersteinFlow(g.problem, g.family, g.rho, { ds: 0.1, maxSteps: 5 }).measure.theta,
    'wassersteinFlow, adaptive': (g) =>
      mf.wassersteinFlow(g.problem, g.family, g.rho, {
        ds: 0.05,
        until: 0.5,
        method: 'adaptive',
        tolerances: { relative: 1e-4, absolute: 1e-4, energy: 1e-2 },
      }).loss,
    'wassersteinFlow, weights': (g) =>
      mf.wassersteinFlow(g.problem, g.family, g.rho, {
        ds: 0.1,
        maxSteps: 5,
        weightRate: mf.weightRate('fisher-rao'),
      }).measure.weight,
    stochasticDescent: (g) =>
      mf.stochasticDescent(g.problem, g.family, g.rho, {
        ds: 0.1,
        maxSteps: 5,
        batch: 2,
        generator: g.generator,
      }).measure.theta,
    steepestDirection: (g) => mf.steepestDirection(g.solution, { radius: 2, starts: g.starts }).values,
    minimiseOverBall: (g) =>
      mf.minimiseOverBall(mf.functionalGradient(g.solution, 0), 2 * d + 1, {
        radius: 2,
        starts: g.starts,
        polish: mf.outerWeights(d),
      }).values,
    conditionalGradient: (g) =>
      mf.conditionalGradient(g.problem, g.family, g.rho, { radius: 2, starts: g.starts, rounds: 1 })
        .rounds[0]!.loss,
    projectOnBall: (g) => mf.projectOnBall(g.list, 0.7),
    fitCostate: (g) => mf.fitCostate(g.inputs, g.costate, { count: 40, generator: g.generator }).total,
    tangentKernel: (g) => g.kernel,
    'tangentKernel, against': (g) => mf.tangentKernel(g.problem, g.family, g.rho, { against: g.against }),
    'tangentKernel, matrix': (g) => mf.tangentKernel(g.problem, mf.matrix('erf'), mf.gridMeasure(g.square)),
    tangentPush: (g) => mf.tangentPush(g.problem, g.family, g.rho, g.nu.theta),
    tangentPull: (g) => mf.tangentPull(g.problem, g.family, g.rho, g.targets),
    linearisedModel: (g) => mf.linearisedModel(g.kernel, g.inputs, g.targets).at(0.5),
    'linearisedModel, steps': (g) => mf.linearisedModel(g.kernel, g.inputs, g.targets).after(3, 0.1),
    kernelRidge: (g) => mf.kernelRidge(g.kernel, g.targets)(g.kernel, 0.5),
    lazyProblem: (g) => mf.lazyProblem(g.problem, g.family, g.rho, 4).targets,
    expandFlow: (g) => mf.expandFlow(g.problem, g.family, g.rho, 3),
    explicitOrders: (g) => mf.explicitOrders(g.problem, 'tanh', mf.gridMeasure(g.square)).second,
  };

function valuesOf(result: ReturnType<(typeof calls)[string]>): number[] {
  if (typeof result === 'number') return [result];
  if ('shape' in result) return result.toArray();
  return Array.from(result as ArrayLike<Tensor | number>).flatMap((one) =>
    typeof one === 'number' ? [one] : one.toArray(),
  );
}

it.each(Object.entries(calls))('%s', (_, call) => {
  scope(() => {
    const [exact, short] = (['f64', 'f32'] as const).map((dtype) => valuesOf(call(given(dtype))));
    expect(short!.length).toBe(exact!.length);
    expect(exact!.length).toBeGreaterThan(0);
    const size = Math.max(...exact!.map(Math.abs));
    expect(size).toBeGreaterThan(0);
    const apart = Math.max(...exact!.map((value, i) => Math.abs(value - short![i]!)));
    expect(apart / size).toBeLessThan(2e-3);
    expect(short!.every(Number.isFinite)).toBe(true);
  });
});

it('f32 weights of 1/M: no pair of sizes up to 40 is rejected, and distances equal those in f64', () => {
  const at = (count: number, dtype: DType): mf.Particles => ({
    theta: tensor(
      Array.from({ length: count }, (_, i) => [i / count, 0]),
      { dtype },
    ),
    weight: ops.full([count], 1 / count, dtype),
  });
  for (let from = 1; from <= 40; from++)
    for (let to = from; to <= 40; to += 3)
      scope(() => {
        const distance = mf.wasserstein(at(from, 'f32'), at(to, 'f32'));
        expect(Math.abs(distance - mf.wasserstein(at(from, 'f64'), at(to, 'f64')))).toBeLessThan(1e-4);
      });
});
