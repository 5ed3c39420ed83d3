/** Exported ONNX files in onnxruntime: the logits of every kind of net are ours. */
import { InferenceSession, Tensor as OnnxTensor } from 'onnxruntime-node';
import { it } from 'vitest';
import { encodeOnnx } from '../../src/export/index.ts';
import { type CifarResNet, createModel } from '../../src/models/index.ts';
import { Generator, keep, noGrad, ops, scope, type Tensor } from '../../src/tensor/index.ts';
import { relativeError } from '../../src/reference/index.ts';
import {
  drawnCoordinates,
  makeImages,
  makeNet,
  moveNorms,
  type NetCase,
  scheduleOf,
  setCoordinates,
  Worst,
} from '../gradients/nets.ts';

const open = async (
  net: CifarResNet,
  image: readonly [number, number, number],
  more: object = {},
): Promise<InferenceSession> =>
  InferenceSession.create(
    Buffer.concat(encodeOnnx(net, { image, images: 'x', name: 'net', version: '1', metadata: {}, ...more })),
    { intraOpNumThreads: 1, interOpNumThreads: 1 },
  );
const answer = async (session: InferenceSession, images: Tensor): Promise<Float32Array> => {
  const input = new OnnxTensor('float32', Float32Array.from(images.toArray()), [...images.shape]);
  const { logits } = await session.run({ images: input });
  return logits!.data as Float32Array;
};
const logitsOf = (net: CifarResNet, images: Tensor): number[] =>
  noGrad(() => scope(() => net.forward(images, { training: false }).toArray()));
const schemes = ['vanilla', 'mean-field', 'no-reorder', 'learned-step', 'intervals'] as const;
const models = [
  ['resnet14', 'option-a'],
  ['resnet14', 'option-b'],
  ['preresnet14', 'option-a'],
  ['preresnet14', 'option-b'],
  ['resnet20-bottleneck', 'option-b'],
  ['preresnet20-bottleneck', 'option-b'],
  ['resnext20-2x3d', 'option-b'],
] as const;

it('every model with every scheme, in batches of 1 and 7 of the same file', async () => {
  const worst = new Worst();
  const images = keep(new Generator(3).normal([7, 3, 11, 14]));
  const one = keep(ops.sliceDim(images, 0, 0, 1));
  for (const [name, shortcut] of models)
    for (const scheme of schemes) {
      const kind: NetCase = {
        scheme,
        pinned: false,
        variant: name.startsWith('pre') ? 'pre' : 'post',
        title: name,
        smoothing: 0,
      };
      const options = { width: 6, inChannels: 3, classes: 5, shortcut, schedule: scheduleOf(kind) };
      const net = createModel(name, options, new Generator(4));
      moveNorms(net, 5);
      setCoordinates(net, drawnCoordinates(net, kind, 6));
      scope(() => net.forward(new Generator(7).normal([8, 3, 11, 14]), { training: true }));
      const session = await open(net, [3, 11, 14]);
      for (const batch of [images, one])
        worst.add(
          `${name}, ${shortcut}, ${scheme}`,
          relativeError(await answer(session, batch), logitsOf(net, batch)),
        );
      for (const tensor of [...net.parameters.values(), ...net.buffers.values()]) tensor.dispose();
    }
  worst.expectBelow(1e-5);
});

it('a net in float64 and softplus in place of relu', async () => {
  const worst = new Worst();
  for (const variant of ['post', 'pre'] as const) {
    const net = makeNet(
      { scheme: 'mean-field', pinned: false, variant, title: variant, smoothing: 0 },
      'softplus',
    );
    const images = makeImages();
    const [, ...image] = images.shape as [number, number, number, number];
    worst.add(variant, relativeError(await answer(await open(net, image), images), logitsOf(net, images)));
  }
  worst.expectBelow(1e-5);
});
