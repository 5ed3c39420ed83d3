/**
 * The lab's problem: points of the plane that flow through depth. The readout is W1 = (0, 1), so the height of a
 * point at depth 1 is its prediction, and a picture of the states is a picture of the predictions. One class has
 * target height 1, the other -1 (a regression: height y). Blocks `matrix` get a third coordinate, which is 1 at depth
 * 0: without it, s(Theta x) with an odd s is odd in x and cannot fit even targets.
 */
import { makePoints } from '../../data/points/catalogue.ts';
import { drawParticles, drawStarts, seededUniform } from '../../reference/index.ts';
import { parseOwnPoints, sampleOf } from './csv.ts';
import type { LabProblem, LabSchedule, Rho, Setting } from './engine.ts';
import type { ViewState } from './knobs.ts';

/** Points with the data needed to label them. */
export interface LabData {
  /** [N, 2] */
  readonly inputs: Float64Array;
  /** [N]: 1 and -1, or y. */
  readonly targets: Float64Array;
  /** Names of the classes at heights 1 and -1; undefined for a regression. */
  readonly classes: readonly [string, string] | undefined;
}

export const dataSeedOf = ({ dataSeed, seed }: ViewState): number => (dataSeed < 0 ? seed : dataSeed);

/**
 * The points of a state. `skip` omits the first points, for a test set: drawn sets continue without end, the user's
 * own points do not.
 */
export function labData(state: ViewState, skip = 0): LabData {
  const { data, points, noise } = state;
  if (data === 'csv') {
    const own = parseOwnPoints(state.csv);
    const sample = sampleOf(own, Math.min(points, own.targets.length));
    return {
      ...own,
      inputs: Float64Array.from(sample.flatMap((n) => [...own.inputs.subarray(2 * n, 2 * n + 2)])),
      targets: Float64Array.from(sample, (n) => own.targets[n]!),
    };
  }
  const set = makePoints(data, { count: skip + points, noise, seed: dataSeedOf(state) });
  const inputs = set.inputs.slice(2 * skip);
  if (!set.labels) return { inputs, targets: set.targets.slice(skip), classes: undefined };
  return {
    inputs,
    targets: Float64Array.from(set.labels.slice(skip), (label) => 1 - 2 * label),
    classes: ['class A', 'class B'],
  };
}

/** N; there may be fewer own points than requested. */
export const dataCount = (state: ViewState): number =>
  state.data === 'csv' ? Math.min(state.points, parseOwnPoints(state.csv).targets.length) : state.points;

/** d: features of the state. */
export const featuresOf = ({ family }: Pick<ViewState, 'family'>): number =>
  family === 'bottleneck' ? 2 : 3;
/** k: parameters of a block. */
export const sizeOf = ({ family }: Pick<ViewState, 'family'>): number => (family === 'bottleneck' ? 5 : 9);

/** Names of the parameters of a block, in order. */
export function parameterNames({ family }: Pick<ViewState, 'family'>): readonly string[] {
  return family === 'bottleneck'
    ? ['a1', 'a2', 'w1', 'w2', 'b']
    : ['Θ11', 'Θ12', 'Θ13', 'Θ21', 'Θ22', 'Θ23', 'Θ31', 'Θ32', 'Θ33'];
}

/** Points of the plane as states at depth 0, [N, d]. */
export function embedded(points: Float64Array, d: number): Float64Array {
  if (d === 2) return points;
  const states = new Float64Array((points.length / 2) * d).fill(1);
  for (let n = 0; n < points.length / 2; n++) states.set(points.subarray(2 * n, 2 * n + 2), n * d);
  return states;
}

function problemOn(state: ViewState, { inputs, targets }: LabData): LabProblem {
  const d = featuresOf(state);
  const readout = new Float64Array(d);
  readout[1] = 1;
  return { samples: targets.length, d, inputs: embedded(inputs, d), targets, readout };
}

export function settingOf(state: ViewState, data: LabData = labData(state)): Setting {
  return {
    problem: problemOn(state, data),
    family: { name: state.family, activation: state.activation },
  };
}

/** The initial rho: equal steps and weights, particles drawn from the seed. */
export function drawnRho(state: ViewState): Rho {
  const { law, seed, scale, depth: slices, particles } = state;
  const size = sizeOf(state);
  const theta = drawParticles(law, { seed, scale, slices, particles, size }).data;
  return {
    slices,
    particles,
    size,
    steps: new Float64Array(slices).fill(1 / slices),
    theta,
    weight: new Float64Array(slices * particles).fill(1 / particles),
  };
}

/** The same number of particles in a single step: the two-layer model next to a ResNet. */
export function drawnTwoLayer(state: ViewState): Rho {
  const { depth, particles, law } = state;
  return drawnRho({
    ...state,
    depth: 1,
    particles: depth * particles,
    law: law === 'smooth' ? 'gaussian' : law,
  });
}

/** Starting points of the minimisations over the ball, [m, k]; the same at every depth. */
export const ballStarts = (state: ViewState, count = 16): Float64Array =>
  drawStarts({ seed: state.seed + 1000, radius: state.radius, count, size: sizeOf(state) }).data;

/** Blocks of Algorithm 1, [n, k], drawn from the law and the seed. */
export function drawnBlocks(state: ViewState): Float64Array {
  const { law, seed, scale, blocks } = state;
  const size = sizeOf(state);
  return drawParticles(law, { seed, scale, slices: blocks, particles: 1, size }).data;
}

/** Initial positions of the blocks of Algorithm 1: they cover depth 1, in steps of 1/n or at random. */
export function startSchedule({ scheme, blocks, tauStart, seed }: ViewState): LabSchedule {
  const uniform = seededUniform(seed + 2000);
  const ends = Float64Array.from({ length: blocks }, (_, i) => (i + 1) / blocks);
  const drawn = (): Float64Array => ends.map(uniform);
  const start = ends.map((end) => end - 1 / blocks);
  switch (scheme) {
    case 'learned-step':
      return { step: ends.map(() => 1 / blocks) };
    case 'intervals': {
      const tau = tauStart === 'uniform' ? start : drawn();
      return { tau, tauEnd: tau.map((begin) => begin + 1 / blocks) };
    }
    case 'mean-field':
    case 'no-reorder': {
      const tau = tauStart === 'uniform' ? ends : drawn();
      return { tau: scheme === 'no-reorder' ? tau.sort() : tau };
    }
  }
}
