/** Exported ONNX files in onnxruntime: the logits of every kind of net are ours. */
import { InferenceSession, Tensor as OnnxTensor } from 'onnxruntime-node';
import { it } from 'vitest';
import { encodeOnnx } from '../../src/export/index.ts';
import type { CifarResNet } from '../../src/models/index.ts';
import { keep, noGrad, ops, scope, type Tensor } from '../../src/tensor/index.ts';
import { relativeError } from '../../src/reference/index.ts';
import { makeImages, makeNet, Worst } from '../gradients/nets.ts';
import { makeSmallImages, makeSmallNet, netKinds, schemes, smallImage } from './small-nets.ts';

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
it('every model with every scheme, in batches of 1 and 7 of the same file', async () => {
  const worst = new Worst();
  const images = makeSmallImages();
  const one = keep(ops.sliceDim(images, 0, 0, 1));
  for (const kind of netKinds)
    for (const scheme of schemes) {
      const net = makeSmallNet(kind, scheme);
      const session = await open(net, smallImage);
      for (const batch of [images, one])
        worst.add(
          `${kind.join()}, ${scheme}`,
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
