/** Compares gradients of smooth nets with central differences. */
import { expect, it } from 'vitest';
import { crossEntropy } from '../../src/nn/index.ts';
import { numericalGradient, seededNormal } from '../../src/reference/index.ts';
import { directionalError } from '../../src/reference/numeric-gradient.ts';
import { grad, noGrad, scope } from '../../src/tensor/index.ts';
import { makeImages, makeLabels, makeNet, netAndShortcutCases, numbers, setValues, Worst } from './nets.ts';

const step = 1e-3;
const images = makeImages();
const labels = makeLabels();

it.each(netAndShortcutCases)('%s, softplus: every gradient equals central differences', (_, one) => {
  const model = makeNet(one, 'softplus');
  const loss = (): number =>
    noGrad(() =>
      scope(() => crossEntropy(model.forward(images, { training: true }), labels, one.smoothing).item()),
    );
  const names = [...model.parameters.keys()];
  const gradients = scope(() =>
    grad(crossEntropy(model.forward(images, { training: true }), labels, one.smoothing), [
      ...model.parameters.values(),
    ]).map(numbers),
  );
  const normal = seededNormal(3);
  const worst = new Worst();
  names.forEach((name, index) => {
    const parameter = model.parameters.get(name)!;
    const gradient = gradients[index]!;
    const values = numbers(parameter);
    const energy = (): number => {
      setValues(parameter, values);
      return loss();
    };
    if (gradient.every((one) => one === 0)) {
      // A block with a negative gap in the frozen order does nothing.
      expect(one.scheme, name).toBe('no-reorder');
      const numeric = numericalGradient(energy, values, { entries: [0, values.length - 1], step });
      expect(Math.max(...numeric.map(Math.abs)), name).toBeLessThan(1e-12);
    } else worst.add(name, directionalError(energy, values, gradient, { step, normal }));
    setValues(parameter, values);
  });
  worst.expectBelow(1e-7);
});
