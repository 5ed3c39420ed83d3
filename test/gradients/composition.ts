/** The same nets as plain compositions of operators: nothing folded, nothing in place, no flow, no schedule. */
import type { CifarResNet } from '../../src/models/index.ts';
import { ops, tensor, type Tensor } from '../../src/tensor/index.ts';
import type { NetCase } from './nets.ts';

type Branch = (state: Tensor) => Tensor;

/** Logits of a relu net in training mode, from the model's own parameters; leaves running statistics unchanged. */
export function composition(
  model: CifarResNet,
  { scheme, pinned, variant }: NetCase,
  images: Tensor,
): Tensor {
  const parameter = (name: string): Tensor => {
    const found = model.parameters.get(name);
    if (!found) throw new Error(`no parameter ${name}`);
    return found;
  };
  const conv = (x: Tensor, name: string, stride = 1): Tensor =>
    ops.conv2d(x, parameter(`${name}.weight`), null, [stride, stride], [1, 1]);
  const norm = (x: Tensor, name: string): Tensor =>
    ops.batchNorm(
      x,
      parameter(`${name}.weight`),
      parameter(`${name}.bias`),
      null,
      null,
      true,
      0,
      1e-5,
      false,
    );
  const project = (x: Tensor): Tensor => (variant === 'post' ? ops.relu(x) : x);
  const branch =
    (name: string, stride: number): Branch =>
    (x) =>
      variant === 'post'
        ? norm(
            conv(ops.relu(norm(conv(x, `${name}.conv1`, stride), `${name}.bn1`)), `${name}.conv2`),
            `${name}.bn2`,
          )
        : conv(
            ops.relu(norm(conv(ops.relu(norm(x, `${name}.bn1`)), `${name}.conv1`, stride), `${name}.bn2`)),
            `${name}.conv2`,
          );
  const step = (x: Tensor, f: Branch, h: Tensor): Tensor => project(ops.add(x, ops.mul(f(x), h)));
  const scalar = (value: number): Tensor => tensor([value], [], { dtype: 'f64' });

  const particles = (x: Tensor, stage: string, branches: readonly Branch[]): Tensor => {
    const at = (key: string, i: number): Tensor => ops.select(parameter(`${stage}.${key}`), 0, i);
    const order = branches.map((_, i) => i);
    const sortByTau = (): void => {
      const tau = parameter(`${stage}.tau`).toArray();
      order.sort((a, b) => tau[a]! - tau[b]!);
    };
    switch (scheme) {
      case 'vanilla':
        return branches.reduce((state, f) => project(ops.add(state, f(state))), x);
      case 'learned-step':
        return branches.reduce((state, f, i) => step(state, f, at('step', i)), x);
      case 'mean-field':
      case 'no-reorder': {
        if (scheme === 'mean-field') sortByTau();
        const tau = (i: number): Tensor =>
          pinned && i === branches.length - 1 ? ops.detach(at('tau', i)) : at('tau', i);
        return order.reduce((state, particle, l) => {
          const before = order[l - 1];
          const gap = before === undefined ? tau(particle) : ops.sub(tau(particle), tau(before));
          return step(state, branches[particle]!, scheme === 'no-reorder' ? ops.relu(gap) : gap);
        }, x);
      }
      case 'intervals': {
        sortByTau();
        const end = scalar(pinned ? branches.length : Infinity);
        const velocities = new Map<number, Tensor>();
        return order.reduce((state, particle, k) => {
          velocities.set(particle, branches[particle]!(state));
          const next = order[k + 1];
          const [from, to] = [at('tau', particle), next === undefined ? end : at('tau', next)];
          let sum = state;
          for (const [i, velocity] of velocities) {
            const since = ops.maximum(at('tau', i), i === particle ? at('tau', i) : from);
            const length = ops.relu(ops.sub(ops.minimum(at('tauEnd', i), to), since));
            sum = ops.add(sum, ops.mul(velocity, length));
          }
          return project(sum);
        }, x);
      }
    }
  };

  const transition = (x: Tensor, name: string, channels: number): Tensor => {
    const half = ops.sliceDim(ops.sliceDim(x, 2, 0, null, 2), 3, 0, null, 2);
    const added = channels - x.shape[1]!;
    const shortcut = ops.constantPadNd(half, [0, 0, 0, 0, added >> 1, added - (added >> 1)]);
    return project(ops.add(shortcut, branch(name, 2)(x)));
  };

  let x = conv(images, 'conv1');
  const width = x.shape[1]!;
  if (variant === 'post') x = ops.relu(norm(x, 'bn1'));
  for (const [s, stage] of ['layer1', 'layer2', 'layer3'].entries()) {
    if (s > 0) x = transition(x, `${stage}.0`, width << s);
    const names: string[] = [];
    for (let i = s > 0 ? 1 : 0; model.parameters.has(`${stage}.${i}.conv1.weight`); i++)
      names.push(`${stage}.${i}`);
    x = particles(
      x,
      stage,
      names.map((name) => branch(name, 1)),
    );
  }
  if (variant === 'pre') x = ops.relu(norm(x, 'bn'));
  return ops.linear(ops.meanDim(x, [2, 3]), parameter('linear.weight'), parameter('linear.bias'));
}
