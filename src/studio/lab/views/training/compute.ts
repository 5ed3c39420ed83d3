/**
 * SGD = Wasserstein gradient flow: particles move down G, E falls at the rate D, and the flow separates the classes.
 */
import type { Engine, TrainPoint } from '../../engine.ts';
import { type ViewState, dataKnobs, pretrainingKnobs, rhoKnobs } from '../../knobs.ts';
import {
  type CurvePart,
  type Emit,
  grid,
  type Grid,
  joined,
  numbersPart,
  type Part,
  type SnapshotPart,
  typed,
} from '../../parts.ts';
import { depthsOf, movement } from '../../rho.ts';
import {
  pretrainingCost,
  checkFinite,
  flowPart,
  pointsPart,
  type TrainedProblem,
  trainedProblem,
  trainingCost,
  windowOf,
} from '../common.ts';
import { Columns, snapshotCount, snapshotSteps } from '../snapshots.ts';

/** Particles at one training step, in all coordinates. */
export interface ParticlesPart extends Part {
  readonly part: 'particles';
  readonly step: number;
  /** [L, M, k] */
  readonly theta: Grid;
}

export const knobs = ['s', 't', 'steps', ...pretrainingKnobs, ...dataKnobs, ...rhoKnobs] as const;

export const cost = (state: ViewState): number =>
  pretrainingCost(state) + trainingCost(state, state.steps + snapshotCount);

export function compute(state: ViewState, engine: Engine, emit: Emit): void {
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
  emit(
    numbersPart({
      loss: last.loss,
      start: first.loss,
      defect: fallen === 0 ? 0 : Math.abs(fallen - last.dissipated) / Math.abs(fallen),
      ...(flow.accuracy !== null && { accuracy: flow.accuracy }),
      distance: movement(rho, theta),
      reach: Math.sqrt(last.s * last.dissipated),
    }),
  );
}

function run(
  { setting, rho }: TrainedProblem,
  { steps, ds, integrator: method }: ViewState,
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
    emit(typed<CurvePart>({ part: 'curve', name: 'training', ...columns.take() }));
    const states = engine.states(setting, { ...rho, theta });
    emit(
      typed<SnapshotPart>({
        part: 'snapshot',
        name: 'training',
        step,
        depths: depthsOf(rho),
        states: grid([states.length, samples, d], joined(states)),
        loss,
      }),
    );
    emit(
      typed<ParticlesPart>({
        part: 'particles',
        step,
        theta: grid([rho.slices, rho.particles, rho.size], theta),
      }),
    );
  });
  return { first: first!, last: last! };
}
