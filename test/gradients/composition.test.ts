/** Compares relu nets with autograd of the plain composition. */
import { it } from 'vitest';
import { crossEntropy } from '../../src/nn/index.ts';
import { relativeError } from '../../src/reference/index.ts';
import { grad, scope, type Tensor } from '../../src/tensor/index.ts';
import { composition } from './composition.ts';
import { makeImages, makeLabels, makeNet, netCases, numbers, Worst } from './nets.ts';

const images = makeImages();
const labels = makeLabels();

it.each(netCases)('%s, relu: loss and every gradient equal autograd of the plain composition', (_, one) => {
  const model = makeNet(one, 'relu');
  const names = [...model.parameters.keys()];
  const lossAndGradients = (logits: () => Tensor): { loss: number; gradients: Float64Array[] } =>
    scope(() => {
      const loss = crossEntropy(logits(), labels, one.smoothing);
      const gradients = grad(loss, [...model.parameters.values()]).map(numbers);
      return { loss: loss.item(), gradients };
    });
  const fast = lossAndGradients(() => model.forward(images, { training: true }));
  const plain = lossAndGradients(() => composition(model, one, images));
  const worst = new Worst();
  worst.add('loss', Math.abs(fast.loss / plain.loss - 1));
  names.forEach((name, i) => {
    worst.add(name, relativeError(fast.gradients[i]!, plain.gradients[i]!));
  });
  worst.expectBelow(1e-12);
});
