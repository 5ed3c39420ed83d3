/** Compares dE/dtau of Algorithm 1 on a real ResNet20 with central differences. */
import { crossEntropy } from '../../nn/index.ts';
import { enableGrad, grad, noGrad, ops, scope, tensor, type Tensor } from '../../tensor/index.ts';
import type { ClaimContext } from '../claim.ts';
import { trainedNet } from '../trained-net.ts';

const f64 = { dtype: 'f64' } as const;

/** dE/dtau of the blocks of stage 1, [n], given the loss as a function of the net's parameters. */
export type TauGradient = (loss: () => Tensor, tau: Tensor) => Tensor;

export const tauGradient: TauGradient = (loss, tau) => enableGrad(() => grad(loss(), [tau])[0]!);

/** Largest error divided by the largest derivative. The net uses softplus, so that the loss is smooth. */
export function stageDifferenceError(setting: ClaimContext, gradientOf: TauGradient = tauGradient): number {
  return scope(() => {
    const { net, images, labels } = trainedNet(setting, 'softplus');
    const { schedule } = net.stages.get('layer1')!;
    const tau = schedule.parameters.get('tau')!;
    const loss = (): Tensor => crossEntropy(net.forward(images, { training: false }), labels);
    const ours = gradientOf(loss, tau).toArray();
    const start = tau.toArray();
    const step = 1e-5;
    const moved = (i: number, by: number): number =>
      noGrad(() =>
        scope(() => {
          ops.copy_(
            tau,
            tensor(
              start.map((value, j) => (j === i ? value + by : value)),
              tau.shape,
              f64,
            ),
          );
          const value = loss().item();
          ops.copy_(tau, tensor(start, tau.shape, f64));
          return value;
        }),
      );
    const expected = start.map((_, i) => (moved(i, step) - moved(i, -step)) / (2 * step));
    const largest = Math.max(...expected.map(Math.abs));
    return Math.max(...expected.map((value, i) => Math.abs(value - (ours[i] ?? NaN)))) / largest;
  });
}
