/** A real ResNet20, briefly trained, in float64 and frozen, on which claims about flows are also measured. */
import { CifarResNet } from '../models/index.ts';
import { type Activation, crossEntropy } from '../nn/index.ts';
import { Sgd } from '../optim/index.ts';
import { enableGrad, type Generator, grad, ops, scope, tensor, type Tensor } from '../tensor/index.ts';
import type { ClaimContext } from './claim.ts';

/** A frozen net with unseen test data. */
interface TrainedNet {
  readonly net: CifarResNet;
  /** [N, 1, 14, 14], not seen in training. */
  readonly images: Tensor;
  /** [N]. */
  readonly labels: Tensor;
}

const batch = 32;
const shown = 8;

/**
 * ResNet20 of width 8 under Algorithm 1, trained by SGD with momentum on Fashion-MNIST at half resolution (on
 * synthetic images if that is not installed). Its tau have moved, and its batch-norm statistics are fixed in
 * evaluation mode.
 *
 * @param activation - softplus, with pre-activation, if differences need a smooth net
 */
export function trainedNet(
  { draw, fashion, quick }: Pick<ClaimContext, 'draw' | 'fashion' | 'quick'>,
  activation: Activation,
): TrainedNet {
  const generator = draw(77_000);
  const count = batch * (quick ? 2 : 6) + shown;
  const { images, labels } = fashion
    ? { images: halved(ops.sliceDim(fashion.images, 0, 0, count)), labels: fashion.labels.slice(0, count) }
    : drawnImages(generator, count);
  const all = tensor(BigInt64Array.from(labels, BigInt));
  const net = new CifarResNet(
    {
      depth: 20,
      variant: activation === 'relu' ? 'post' : 'pre',
      activation,
      width: quick ? 4 : 8,
      inChannels: 1,
      classes: 10,
      schedule: { scheme: 'mean-field' },
      dtype: 'f64',
    },
    generator,
  );
  const part = (from: number, to: number): { images: Tensor; labels: Tensor } => ({
    images: ops.sliceDim(images, 0, from, to),
    labels: ops.sliceDim(all, 0, from, to),
  });
  const optimizer = new Sgd([{ name: 'all', parameters: net.parameters }], { momentum: 0.9 });
  for (let step = 0; step < (quick ? 4 : 24); step++) {
    const from = (step * batch) % (count - shown);
    scope(() => {
      const { images: x, labels: y } = part(from, from + batch);
      const names = [...net.parameters.keys()];
      const slopes = enableGrad(() =>
        grad(crossEntropy(net.forward(x, { training: true }), y), [...net.parameters.values()]),
      );
      optimizer.step(new Map(names.map((name, i) => [name, slopes[i]!])), 0.05);
    });
    for (const { schedule } of net.stages.values()) schedule.projectAndSort();
  }
  return { net, ...part(count - shown, count) };
}

const halved = (images: Tensor): Tensor => ops.avgPool2d(images, [2, 2]);

/** Ten patterns with added noise. */
function drawnImages(generator: Generator, count: number): { images: Tensor; labels: number[] } {
  const labels = Array.from({ length: count }, (_, i) => i % 10);
  const patterns = generator.normal([10, 1, 14, 14], 'f64');
  const own = ops.indexSelect(patterns, 0, tensor(BigInt64Array.from(labels, BigInt)));
  return { images: ops.add(own, generator.normal(own.shape, 'f64')), labels };
}
