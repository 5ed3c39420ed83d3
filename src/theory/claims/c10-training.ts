/** The nets of C10: R nets side by side, at initialisation and after some steps of the particle flow. */
import {
  bottleneck,
  flowGradient,
  type FlowGradient,
  gridMeasure,
  type GridMeasure,
  type Problem,
  solveFlow,
  squaredLoss,
} from '../../mean-field/index.ts';
import { ops, scope, type Tensor } from '../../tensor/index.ts';
import { replicated, stacked } from '../replicas.ts';

export const trainingSteps = 10;
const stepSize = 0.05;

/** R nets of L slices with M particles each, theta [L, R M, k]: steps 1/L, weights 1/M. */
export type Build = (theta: Tensor, replicas: number) => GridMeasure;
export const build: Build = (theta, replicas) => {
  const [slices = 0, rows = 0] = theta.shape;
  return gridMeasure(theta, { weight: ops.full([slices, rows], replicas / rows, 'f64') });
};

/** d theta_lj / ds, [L, R M, k], from dE/dtheta of the mean loss of R nets. */
export type Speed = (gradient: FlowGradient, replicas: number) => Tensor;
/**
 * -grad G(theta_lj, t_l) = -dE/dtheta_lj / (h_l w_lj); w = 1/M, and E is the mean over R nets, so that 1/w times R
 * is R M.
 */
export const speed: Speed = ({ theta, measure }) => {
  const [slices = 0, rows = 0] = theta.shape;
  const h = measure.steps[0] ?? 1 / slices;
  return ops.mulScalar(theta, -rows / h);
};

export interface Trained {
  /** X(., 1) of all nets, [R N, d], at initialisation and after the steps. */
  readonly before: Tensor;
  readonly after: Tensor;
  /** The decrease of the loss divided by the flow's prediction, sum ds integral |grad G|^2 drho. */
  readonly descent: number;
}

export interface TrainParts {
  readonly build: Build;
  readonly speed: Speed;
}

/** Ten Euler steps of the particle flow for R nets on the same data. */
export function train(data: Problem, theta: Tensor, replicas: number, parts: TrainParts): Trained {
  return scope(() => {
    const family = replicas === 1 ? bottleneck('tanh') : replicated('tanh', replicas);
    const problem: Problem = {
      inputs: stacked(data.inputs, replicas),
      targets: stacked(data.targets, replicas),
    };
    let measure = parts.build(theta, replicas);
    let promised = 0;
    let start: { state: Tensor; loss: number } | undefined;
    for (let step = 0; step < trainingSteps; step++) {
      const { state, loss, moved, rate } = scope(() => {
        const gradient = flowGradient(problem, family, measure);
        const moved = ops.add(measure.theta, parts.speed(gradient, replicas), stepSize);
        return { state: gradient.states.at(-1)!, loss: gradient.loss, moved, rate: dissipation(gradient) };
      });
      start ??= { state, loss };
      promised += stepSize * rate;
      measure = measure.withTheta(moved);
    }
    const after = solveFlow(problem, family, measure).at(-1)!;
    const lost = start!.loss - squaredLoss.value(after, problem.targets).item();
    return { before: start!.state, after, descent: lost / promised };
  });
}

/** integral |grad G|^2 drho dt = sum_lj h_l w_lj |dE/dtheta_lj / (h_l w_lj)|^2, averaged over the nets. */
function dissipation({ theta }: FlowGradient): number {
  const [slices = 0, rows = 0] = theta.shape;
  return slices * rows * ops.sum(ops.mul(theta, theta)).item();
}
