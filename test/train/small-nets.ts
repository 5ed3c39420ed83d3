/** A small net of every kind, away from initialisation, for exports. */
import { type CifarResNet, createModel, type ShortcutKind } from '../../src/models/index.ts';
import { Generator, keep, scope, type Tensor } from '../../src/tensor/index.ts';
import { drawnCoordinates, moveNorms, type NetCase, scheduleOf, setCoordinates } from '../gradients/nets.ts';

export const schemes = ['vanilla', 'mean-field', 'no-reorder', 'learned-step', 'intervals'] as const;

type NetKind = readonly [model: string, shortcut: ShortcutKind];
export const netKinds: readonly NetKind[] = [
  ['resnet14', 'option-a'],
  ['resnet14', 'option-b'],
  ['preresnet14', 'option-a'],
  ['preresnet14', 'option-b'],
  ['resnet20-bottleneck', 'option-b'],
  ['preresnet20-bottleneck', 'option-b'],
  ['resnext20-2x3d', 'option-b'],
];

export const smallWidth = 6;
export const smallClasses = 5;
/** [C, H, W] */
export const smallImage = [3, 11, 14] as const;

export const makeSmallImages = (): Tensor => keep(new Generator(3).normal([7, ...smallImage]));

/** Its statistics are those of random images. */
export function makeSmallNet([name, shortcut]: NetKind, scheme: (typeof schemes)[number]): CifarResNet {
  const variant = name.startsWith('pre') ? 'pre' : 'post';
  const one: NetCase = { scheme, pinned: false, variant, title: name, smoothing: 0 };
  const sizes = { width: smallWidth, inChannels: smallImage[0], classes: smallClasses };
  const net = createModel(name, { ...sizes, shortcut, schedule: scheduleOf(one) }, new Generator(4));
  moveNorms(net, 5);
  setCoordinates(net, drawnCoordinates(net, one, 6));
  scope(() => net.forward(new Generator(7).normal([8, ...smallImage]), { training: true }));
  return net;
}
