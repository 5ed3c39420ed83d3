/**
 * Algorithm 1 and its controls on blocks of a family: the library's schedules, and plain gradient descent by
 * autograd.
 */
import {
  type Block,
  createSchedule,
  type Family,
  identity,
  type Problem,
  type Schedule,
  squaredLoss,
  type Swap,
} from '../../mean-field/index.ts';
import { enableGrad, grad, noGrad, ops, scope, tensor, type Tensor } from '../../tensor/index.ts';
import type { BlockOptions, BlockPoint, LabSchedule } from '../lab/engine.ts';

interface BlockStart {
  readonly problem: Problem;
  readonly family: Family;
  /** [n, k] */
  readonly theta: Tensor;
  readonly schedule: LabSchedule;
}

export function nativeBlocks(
  start: BlockStart,
  { scheme, steps, rate, tauRate }: BlockOptions,
  onStep: (point: BlockPoint) => unknown,
): void {
  const { problem, family, theta } = start;
  theta.setRequiresGrad();
  const [n = 0] = theta.shape;
  const schedule = scheduleOf(start.schedule, scheme, n);
  const one = ops.full([1], 1, 'f64');
  const blocks = Array.from({ length: n }, (_, i): Block => ({
    velocity: (state, h) =>
      scope(() => {
        const velocity = family.velocity(state, { theta: ops.sliceDim(theta, 0, i, i + 1), weight: one });
        return h ? ops.mul(velocity, h) : velocity;
      }),
  }));
  const learned = [...schedule.parameters.values()];
  const readout = ops.transpose(problem.readout!, 0, 1);
  let swap: Swap | undefined;
  for (let step = 0; ; step++) {
    const { loss, gradients } = scope(() =>
      enableGrad(() => {
        const state = schedule.flow(problem.inputs, blocks, identity);
        const value = squaredLoss.value(ops.mm(state, readout), problem.targets);
        return { loss: value.item(), gradients: grad(value, [theta, ...learned]) };
      }),
    );
    const { order, tau, tauEnd, step: sizes } = schedule.snapshot();
    const values = { tau, tauEnd, step: sizes };
    const point: BlockPoint = {
      step,
      loss,
      schedule: Object.fromEntries(
        Object.entries(values).flatMap(([name, list]) => (list ? [[name, Float64Array.from(list)]] : [])),
      ),
      order,
      swaps: swap?.pairs ?? [],
      theta: () => theta.toTypedArray() as Float64Array,
    };
    if (onStep(point) === false || step >= steps) break;
    noGrad(() => {
      [theta, ...learned].forEach((parameter, i) => {
        const gradient = gradients[i]!;
        ops.add_(parameter, gradient, i === 0 ? -rate : -tauRate);
        gradient.dispose();
      });
    });
    swap = schedule.projectAndSort();
  }
}

/** The schedule of a scheme at the given coordinates. */
function scheduleOf(given: LabSchedule, scheme: BlockOptions['scheme'], blocks: number): Schedule {
  const schedule = createSchedule({
    scheme: scheme === 'no-reorder' ? 'mean-field' : scheme,
    ...(scheme === 'no-reorder' && { reorder: false }),
    blocks,
    start: 'uniform',
    dtype: 'f64',
    device: 'cpu',
  });
  noGrad(() => {
    for (const [name, parameter] of schedule.parameters)
      scope(() => {
        ops.copy_(parameter, tensor(given[name as keyof LabSchedule]!, parameter.shape));
      });
  });
  schedule.projectAndSort();
  return schedule;
}
