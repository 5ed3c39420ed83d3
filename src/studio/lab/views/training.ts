/**
 * SGD = Wasserstein gradient flow: particles move down G, E falls at the rate D, and the flow separates the classes.
 */
import type { Engine, TrainPoint } from '../engine.ts';
import type { LabState } from '../knobs.ts';
import { type Emit, grid, joined } from '../parts.ts';
import { depthsOf, movement } from '../rho.ts';
import {
  pretrainingCost,
  checkFinite,
  flowPart,
  pointsPart,
  type TrainedProblem,
  trainedProblem,
  trainingCost,
  windowOf,
} from './common.ts';
import { Columns, snapshotCount, snapshotSteps } from './snapshots.ts';
import { pretrainingKnobs, dataKnobs, rhoKnobs, type View } from './view.ts';

export const trainingView: View = {
  name: 'training',
  title: 'The Wasserstein gradient flow of ρ',
  knobs: ['s', 't', 'steps', ...pretrainingKnobs, ...dataKnobs, ...rhoKnobs],
  numbers: {
    loss: 'E at the end',
    start: 'E at the start',
    defect: '|E(0) − E(s) − ∫ D ds| over E(0) − E(s): the energy identity; 0 as ds → 0',
    accuracy: 'share of points that arrive on the right side of height 0, at the end',
    distance: 'how far particles went: √ ∫∫ |θ(s) − θ(0)|² dρ dt',
    reach: '√(s ∫ D ds), which that distance never exceeds under Euler',
  },
  cost: (state) => pretrainingCost(state) + trainingCost(state, state.steps + snapshotCount),
  compute(state, engine, emit) {
    const trained = trainedProblem(state, engine, emit);
    const { setting, rho, data } = trained;
    const states = engine.states(setting, rho);
    // The visible square contains the start; the end is within 1 of height 0 and a little more.
    emit(pointsPart(state, data, windowOf(setting.problem.d, ...states, Float64Array.of(1.5, 1.5, 0))));
    emit(flowPart('start', trained, states));
    const { first, last } = run(trained, state, engine, emit);
    const theta = last.theta();
    const end = { ...rho, theta };
    const flow = flowPart('end', { ...trained, rho: end }, engine.states(setting, end));
    emit(flow);
    const fallen = first.loss - last.loss;
    emit({
      part: 'numbers',
      numbers: {
        loss: last.loss,
        start: first.loss,
        defect: fallen === 0 ? 0 : Math.abs(fallen - last.dissipated) / Math.abs(fallen),
        ...(flow.accuracy !== null && { accuracy: flow.accuracy }),
        distance: movement(rho, theta),
        reach: Math.sqrt(last.s * last.dissipated),
      },
    });
  },
};

function run(
  { setting, rho }: TrainedProblem,
  { steps, ds, integrator: method }: LabState,
  engine: Engine,
  emit: Emit,
): { first: TrainPoint; last: TrainPoint } {
  const shots = snapshotSteps(steps);
  const columns = new Columns(['s', 'loss', 'dissipation', 'balance']);
  let [first, last]: [TrainPoint | undefined, TrainPoint | undefined] = [undefined, undefined];
  const { d, samples } = setting.problem;
  engine.train(setting, rho, { ds, steps, method }, (point) => {
    const { step, s, loss, dissipation, dissipated } = point;
    checkFinite(loss, step);
    first ??= point;
    const balance = first.loss - loss - dissipated;
    columns.add(step, { s, loss, dissipation, balance });
    if (!shots.has(step)) return;
    const theta = point.theta();
    // Particles are freed after the step, so the last ones are copied.
    if (step === steps) last = { ...point, theta: () => theta };
    emit({ part: 'curve', name: 'training', ...columns.take() });
    const states = engine.states(setting, { ...rho, theta });
    emit({
      part: 'snapshot',
      name: 'training',
      step,
      depths: depthsOf(rho),
      states: grid([states.length, samples, d], joined(states)),
      loss,
    });
    emit({ part: 'particles', step, theta: grid([rho.slices, rho.particles, rho.size], theta) });
  });
  return { first: first!, last: last! };
}
