/** Small f64 nets with perturbed weights, statistics and positions, and test images for them. */
import { CifarResNet, type CifarResNetOptions } from '../../models/index.ts';
import { crossEntropy } from '../../nn/index.ts';
import { Sgd } from '../../optim/index.ts';
import {
  enableGrad,
  Generator,
  grad,
  keep,
  noGrad,
  ops,
  scope,
  tensor,
  type Tensor,
} from '../../tensor/index.ts';
import { type OpenNet, openNet } from './net.ts';
import type { Batch } from './plans.ts';

export interface FakeNet {
  readonly net: OpenNet;
  readonly batch: Batch;
}

const classes = 3;

/** By default: depth 20 (3, 2, 2 exchangeable blocks), width 4, 16 x 16 pixels, 8 images. */
export function fakeNet(
  options: Partial<Pick<CifarResNetOptions, 'variant' | 'activation' | 'depth' | 'schedule' | 'dtype'>> = {},
  seed = 5,
): FakeNet {
  const generator = new Generator(seed);
  const model = new CifarResNet(
    {
      depth: 20,
      width: 4,
      inChannels: 1,
      classes,
      schedule: { scheme: 'mean-field' },
      dtype: 'f64',
      ...options,
    },
    generator,
  );
  const { dtype = 'f64' } = options;
  const batchOf = (count: number): Batch =>
    keep({
      images: generator.normal([count, 1, 16, 16], dtype),
      labels: tensor(BigInt64Array.from({ length: count }, (_, i) => BigInt(i % classes))),
    });
  train(model, batchOf(12));
  return { net: openNet(model), batch: batchOf(8) };
}

function train(model: CifarResNet, { images, labels }: Batch): void {
  const optimizer = new Sgd([{ name: 'all', parameters: model.parameters }], { momentum: 0.9 });
  const [names, parameters] = [[...model.parameters.keys()], [...model.parameters.values()]];
  for (let step = 0; step < 3; step++)
    scope(() => {
      const slopes = enableGrad(() =>
        grad(crossEntropy(model.forward(images, { training: true }), labels), parameters),
      );
      optimizer.step(new Map(names.map((name, i) => [name, slopes[i]!])), 0.05);
    });
  for (const { schedule } of model.stages.values()) schedule.projectAndSort();
}

/** The mean loss of the whole net, in evaluation mode. */
export const wholeLoss = ({ net, batch }: FakeNet): number =>
  noGrad(() =>
    scope(() => crossEntropy(net.model.forward(batch.images, { training: false }), batch.labels).item()),
  );

/** Largest difference relative to the largest expected value. */
export const relativeError = (actual: Tensor, expected: Tensor): number =>
  scope(() => ops.max(ops.abs(ops.sub(actual, expected))).item() / ops.max(ops.abs(expected)).item());
