/**
 * Compares the eight nets of the talk's table, at published depth and width, with PyTorch, if python3 (or $PYTHON)
 * has it.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseModelName } from '../../src/models/index.ts';
import { python, PytorchPeer, torchVersion } from '../peers/pytorch.ts';
import { type NetCase, Worst } from './nets.ts';
import { compare, type Compared, evaluate, type Kind, prepare, release, worstOf } from './pytorch-nets.ts';

/** Names, and image sizes in pixels. */
const nets = [
  ['resnet20', 32],
  ['resnet32', 32],
  ['resnet44', 32],
  ['resnet56', 32],
  ['preresnet110', 16],
  ['preresnet164', 16],
  ['resnext29-8x64d', 8],
  ['resnext29-16x64d', 8],
] as const;

const caseOf = (name: string): NetCase => ({
  title: name,
  scheme: 'mean-field',
  pinned: false,
  variant: parseModelName(name).variant,
  smoothing: 0,
});

const version = torchVersion();
const title = version ? `PyTorch ${version}` : `PyTorch: skipped, ${python} has no torch`;

describe.skipIf(version === undefined)(title, { timeout: 300_000 }, () => {
  let pytorch: PytorchPeer;
  beforeAll(() => {
    pytorch = new PytorchPeer();
  });
  afterAll(() => {
    pytorch.stop();
  });

  const compareOn = async (name: string, kind: Kind): Promise<Compared> => {
    const net = prepare(name, caseOf(name), kind);
    expect(net.model.parameters.get('layer1.tau')!.size).toBeGreaterThan(1);
    const [peer] = await pytorch.run([net.task]);
    const compared = compare(name, evaluate(net), peer!);
    release(net);
    return compared;
  };

  it.each(nets)('%s, mean-field, f64: logits, loss and every gradient agree to 1e-10', async (name, side) => {
    const kind = { architecture: parseModelName(name), batch: 2, side } as const;
    worstOf([await compareOn(name, { ...kind, activation: 'relu', dtype: 'f64' })]).expectBelow(1e-10);
  });

  // Among a million relus in f32, some inputs lie so close to 0 that rounding decides their sign, on either side,
  // which changes the gradient by a hundredth. Softplus has no such kink; the f32 forward pass of relu is covered
  // as well.
  it.each(nets)('%s, mean-field, f32: logits, loss and the gradient agree to 1e-4', async (name, side) => {
    const kind = { architecture: parseModelName(name), batch: 2, side, dtype: 'f32' } as const;
    const whole = new Worst();
    for (const activation of ['relu', 'softplus'] as const) {
      const { loss, outputs, gradient } = await compareOn(name, {
        ...kind,
        activation,
        forwardOnly: activation === 'relu',
      });
      whole.add(`${activation}: loss`, loss);
      for (const [part, error] of outputs) whole.add(`${activation}: ${part} logits`, error);
      if (activation === 'softplus') whole.add('gradient', gradient);
    }
    whole.expectBelow(1e-4);
  });
});
