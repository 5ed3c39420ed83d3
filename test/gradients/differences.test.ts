/** Compares gradients of smooth nets with central differences. */
import { expect, it } from 'vitest';
import { crossEntropy } from '../../src/nn/index.ts';
import { numericalGradient, seededUniform } from '../../src/reference/index.ts';
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
  const uniform = seededUniform(3);
  const worst = new Worst();
  names.forEach((name, index) => {
    const parameter = model.parameters.get(name)!;
    const gradient = gradients[index]!;
    const values = numbers(parameter);
    const largest = gradient.reduce((best, g, i) => (Math.abs(g) > Math.abs(gradient[best]!) ? i : best), 0);
    const sampled = [largest, Math.floor(uniform() * values.length)];
    const entries = /\.(tau|tauEnd|step)$/.test(name) ? [...values.keys()] : [...new Set(sampled)];
    const energy = (): number => {
      setValues(parameter, values);
      return loss();
    };
    const numeric = numericalGradient(energy, values, { entries, step });
    setValues(parameter, values);
    const scale = Math.abs(gradient[largest]!);
    if (scale === 0) {
      // A block with a negative gap in the frozen order does nothing.
      expect(one.scheme, name).toBe('no-reorder');
      expect(Math.max(...numeric.map(Math.abs)), name).toBeLessThan(1e-12);
      return;
    }
    entries.forEach((entry, i) => {
      worst.add(`${name}[${entry}]`, Math.abs(gradient[entry]! - numeric[i]!) / scale);
    });
  });
  worst.expectBelow(1e-7);
});
