/** C2 on a stage of a real ResNet20: compares `adjointFlow` with automatic differentiation. */
import { type adjointFlow, sliceOf, trajectory } from '../../mean-field/index.ts';
import type { Check } from '../../runs/index.ts';
import { enableGrad, grad, ops, scope, type Tensor } from '../../tensor/index.ts';
import { atMost } from '../check.ts';
import type { ClaimContext } from '../claim.ts';
import { trainedNet } from '../trained-net.ts';

/** Computes the costates p^0 .. p^L from states. */
export type AdjointFlow = typeof adjointFlow;

/**
 * For a random covector q at the end of the first stage: its costate at the start, and d(q . X)/dtau of each
 * block.
 */
export function stageChecks(setting: ClaimContext, adjoint: AdjointFlow): Check[] {
  return scope(() => {
    const { net, images } = trainedNet(setting, 'relu');
    const stage = net.stages.get('layer1')!;
    const start = net.enterStage('layer1', images);
    const { order, steps } = stage.schedule.snapshot();
    const blocks = order.map((i) => stage.blocks[i]!);
    const slices = blocks.map(sliceOf);
    const states = trajectory(slices, start, steps, stage.projection);
    const q = setting.draw(78_000).normal(start.shape, 'f64');
    const costates = adjoint(slices, states, steps, q, stage.projection);

    const leaf = ops.detach(start).setRequiresGrad();
    const tau = stage.schedule.parameters.get('tau')!;
    const [state, inTau] = enableGrad(() => {
      const end = stage.schedule.flow(leaf, stage.blocks, stage.projection);
      return grad(end, [leaf, tau], { cotangents: [q] });
    });
    // d/dh_l = p' . f(X^l) with the costate p' before the projection; tau^l is the end of step l and the start of
    // the next.
    const inStep = blocks.map((block, l) => {
      const before = stage.projection.adjoint(states[l + 1]!, costates[l + 1]!);
      return ops.sum(ops.mul(before, block.velocity(states[l]!))).item();
    });
    const ours: number[] = [];
    order.forEach((particle, l) => {
      ours[particle] = (inStep[l] ?? NaN) - (inStep[l + 1] ?? 0);
    });
    const expected = inTau!.toArray();
    const largest = Math.max(...expected.map(Math.abs));
    const inTauError = Math.max(...expected.map((value, i) => Math.abs(value - (ours[i] ?? NaN)))) / largest;
    return [
      atMost(
        {
          name: 'ResNet20, stage 1: relative error of the costate at its start',
          measured: apart(costates[0]!, state!),
        },
        1e-11,
      ),
      atMost(
        { name: 'ResNet20, stage 1: relative error of the derivative in tau', measured: inTauError },
        1e-11,
      ),
    ];
  });
}

const apart = (a: Tensor, b: Tensor): number =>
  ops.max(ops.abs(ops.sub(a, b))).item() / ops.max(ops.abs(b)).item();
