/** The lab's portable engine, based on the plain reference. */
import {
  adjoint,
  algorithmOne,
  denseArray,
  type DenseArray,
  expandFlow,
  type Family,
  family,
  flow,
  functionalGradient,
  functionalGradientSlope,
  type GridMeasure,
  insertParticles,
  linearisedDescent,
  lineSearch,
  loss,
  minimiseOverBall,
  type Problem,
  row,
  tangentKernel,
  twoLayer,
  velocityJacobians,
  wassersteinFlow,
} from '../../reference/index.ts';
import type { Engine, LabFamily, LabProblem, StateAndCostate, Rho, Setting } from './engine.ts';

const problemOf = ({ samples, d, inputs, targets, readout }: LabProblem): Problem => {
  const embedding = denseArray([d, d]);
  for (let i = 0; i < d; i++) embedding.data[i * d + i] = 1;
  return {
    inputs: denseArray([samples, d], inputs),
    targets: denseArray([samples, 1], targets),
    embedding,
    readout: denseArray([1, d], readout),
  };
};

const familyOf = ({ name, activation, twoLayer: flat }: LabFamily): Family =>
  flat ? twoLayer(family(name, activation)) : family(name, activation);

const measureOf = ({ slices, particles, size, steps, theta, weight }: Rho): GridMeasure => ({
  steps,
  theta: denseArray([slices, particles, size], theta),
  weight: denseArray([slices, particles], weight),
});

const parts = ({ problem, family: blocks }: Setting): { problem: Problem; family: Family } => ({
  problem: problemOf(problem),
  family: familyOf(blocks),
});

const matricesOf = (
  { problem: { d } }: Setting,
  { state, costate }: StateAndCostate,
): [DenseArray, DenseArray] => [
  denseArray([state.length / d, d], state),
  denseArray([costate.length / d, d], costate),
];

const rowsOf = (theta: Float64Array, k: number): DenseArray => denseArray([theta.length / k, k], theta);

export const referenceEngine: Engine = {
  name: 'reference',

  states(setting, rho) {
    const { problem, family } = parts(setting);
    return flow(problem, family, measureOf(rho)).map(({ data }) => data);
  },

  energy(setting, rho) {
    const { problem, family } = parts(setting);
    return loss(problem, flow(problem, family, measureOf(rho)).at(-1)!);
  },

  solve(setting, rho) {
    const { problem, family } = parts(setting);
    const measure = measureOf(rho);
    const states = flow(problem, family, measure);
    const costates = adjoint(problem, family, measure, states);
    return {
      loss: loss(problem, states.at(-1)!),
      states: states.map(({ data }) => data),
      costates: costates.map(({ data }) => data),
    };
  },

  values(setting, place, theta) {
    const { family } = parts(setting);
    const [state, costate] = matricesOf(setting, place);
    const all = rowsOf(theta, family.parameterCount(setting.problem.d));
    return Float64Array.from({ length: all.shape[0] ?? 0 }, (_, j) =>
      functionalGradient(family, state, costate, row(all, j)),
    );
  },

  slopes(setting, place, theta) {
    const { family } = parts(setting);
    const [state, costate] = matricesOf(setting, place);
    const all = rowsOf(theta, family.parameterCount(setting.problem.d));
    const slopes = denseArray(all.shape);
    for (let j = 0; j < (all.shape[0] ?? 0); j++)
      row(slopes, j).set(functionalGradientSlope(family, state, costate, row(all, j)));
    return slopes.data;
  },

  jacobians(setting, rho, l, state) {
    const { family } = parts(setting);
    return velocityJacobians(family, measureOf(rho), l, rowsOf(state, setting.problem.d)).data;
  },

  minimise(setting, place, starts, options) {
    const { family } = parts(setting);
    const [state, costate] = matricesOf(setting, place);
    const k = family.parameterCount(setting.problem.d);
    return minimiseOverBall(family, state, costate, rowsOf(starts, k), options);
  },

  lineSearch(setting, rho, nu) {
    const { problem, family } = parts(setting);
    const measure = measureOf(rho);
    const atoms = denseArray([rho.slices, 1, rho.size], nu);
    return lineSearch((lambda) =>
      loss(problem, flow(problem, family, insertParticles(measure, atoms, lambda)).at(-1)!),
    );
  },

  train(setting, rho, options, onStep) {
    const { problem, family } = parts(setting);
    const end = wassersteinFlow(problem, family, measureOf(rho), {
      ...options,
      onStep: ({ measure, ...point }) =>
        onStep?.({ ...point, theta: () => measure.theta.data.slice() }) !== false,
    });
    return { ...rho, theta: end.measure.theta.data };
  },

  trainBlocks(setting, theta, schedule, options, onStep) {
    const { problem, family } = parts(setting);
    const k = family.parameterCount(setting.problem.d);
    algorithmOne(problem, family, rowsOf(theta, k), schedule, {
      ...options,
      onStep: ({ theta: blocks, ...point }) => onStep({ ...point, theta: () => blocks.data }) !== false,
    });
  },

  expand(setting, rho, order) {
    const { problem, family } = parts(setting);
    return expandFlow(problem, family, measureOf(rho), order).map(({ data }) => data);
  },

  kernel(setting, rho, against) {
    const { problem, family } = parts(setting);
    const others = against && rowsOf(against, setting.problem.d);
    return tangentKernel(problem, family, measureOf(rho), others).data;
  },

  linearised(kernel, residual, options) {
    return linearisedDescent(denseArray([residual.length, residual.length], kernel), residual, options);
  },
};
