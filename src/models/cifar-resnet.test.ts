import { expect, it } from 'vitest';
import { UsageError } from '../errors.ts';
import { denseArray, evaluate, relativeError, type ResNetSpec } from '../reference/index.ts';
import { Generator, noGrad, ops, scope, tensor, type Tensor } from '../tensor/index.ts';
import { CifarResNet, type CifarResNetOptions } from './cifar-resnet.ts';

const base = { depth: 20, width: 2, inChannels: 3, classes: 5, dtype: 'f64' } as const;
const schedules: readonly CifarResNetOptions['schedule'][] = [
  { scheme: 'vanilla' },
  { scheme: 'mean-field' },
  { scheme: 'mean-field', reorder: false },
  { scheme: 'intervals' },
  { scheme: 'learned-step' },
];

function make(options: Partial<CifarResNetOptions> = {}, seed = 1): CifarResNet {
  return new CifarResNet({ ...base, schedule: { scheme: 'mean-field' }, ...options }, new Generator(seed));
}

function copy(target: Tensor, source: Tensor | readonly number[]): void {
  noGrad(() => {
    scope(() => {
      ops.copy_(
        target,
        Array.isArray(source) ? tensor(source, target.shape, { dtype: 'f64' }) : (source as Tensor),
      );
    });
  });
}

const values = (tensors: ReadonlyMap<string, Tensor>): Map<string, number[]> =>
  new Map([...tensors].map(([name, one]) => [name, one.toArray()]));

const logitsOf = (model: CifarResNet, images: Tensor, training: boolean): number[] =>
  noGrad(() => scope(() => model.forward(images, { training }).toArray()));

it.each([
  [8, [1, 0, 0]],
  [20, [3, 2, 2]],
  [56, [9, 8, 8]],
])('the stages of ResNet%d hold %j exchangeable blocks', (depth, expected) => {
  expect([...make({ depth }).stages.values()].map((stage) => stage.particles)).toEqual(expected);
});

it.each([
  [11, [0, 0, 0]],
  [29, [2, 2, 2]],
  [164, [17, 17, 17]],
])('bottlenecks, depth %d: the stages hold %j blocks; the first changes its width too', (depth, expected) => {
  for (const variant of ['post', 'pre'] as const) {
    const model = make({ depth, block: 'bottleneck', variant });
    expect([...model.stages.values()].map((stage) => stage.particles)).toEqual(expected);
  }
});

it('parameters and buffers have PyTorch’s names', () => {
  const post = make({ depth: 8, schedule: { scheme: 'intervals' } });
  const norms = (name: string): string[] => [`${name}.weight`, `${name}.bias`];
  const block = (name: string): string[] => [
    `${name}.conv1.weight`,
    ...norms(`${name}.bn1`),
    `${name}.conv2.weight`,
    ...norms(`${name}.bn2`),
  ];
  expect([...post.parameters.keys()]).toEqual([
    'conv1.weight',
    ...norms('bn1'),
    ...block('layer1.0'),
    'layer1.tau',
    'layer1.tauEnd',
    ...block('layer2.0'),
    ...block('layer3.0'),
    'linear.weight',
    'linear.bias',
  ]);
  expect([...post.buffers.keys()].slice(0, 4)).toEqual([
    'bn1.running_mean',
    'bn1.running_var',
    'layer1.0.bn1.running_mean',
    'layer1.0.bn1.running_var',
  ]);
  const pre = make({ depth: 8, variant: 'pre', schedule: { scheme: 'learned-step' } });
  expect([...pre.parameters.keys()]).toContain('layer1.step');
  expect(pre.parameters.get('bn.weight')?.shape).toEqual([8]);
  expect(pre.parameters.get('layer2.0.bn1.weight')?.shape).toEqual([2]);
  expect(pre.parameters.has('bn1.weight')).toBe(false);
  for (const one of post.parameters.values()) expect(one.requiresGrad).toBe(true);
  for (const one of post.buffers.values()) expect(one.requiresGrad).toBe(false);
});

it('bottlenecks have PyTorch’s names, with shortcuts in the first block of a stage', () => {
  const sizes = { depth: 20, block: 'bottleneck' } as const;
  const tensors = (model: CifarResNet, prefix: string): [string, readonly number[]][] =>
    [...model.parameters]
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, one]) => [name.slice(prefix.length), one.shape]);
  const pre = make({ ...sizes, variant: 'pre' });
  expect(tensors(pre, 'layer2.0.')).toEqual([
    ['bn1.weight', [8]],
    ['bn1.bias', [8]],
    ['conv1.weight', [4, 8, 1, 1]],
    ['bn2.weight', [4]],
    ['bn2.bias', [4]],
    ['conv2.weight', [4, 4, 3, 3]],
    ['bn3.weight', [4]],
    ['bn3.bias', [4]],
    ['conv3.weight', [16, 4, 1, 1]],
    ['downsample.0.weight', [16, 8, 1, 1]],
  ]);
  expect(pre.parameters.get('layer1.0.downsample.0.weight')?.shape).toEqual([8, 2, 1, 1]);
  expect(pre.parameters.has('layer2.1.downsample.0.weight')).toBe(false);
  expect(pre.parameters.get('bn.weight')?.shape).toEqual([32]);
  expect(pre.parameters.get('linear.weight')?.shape).toEqual([5, 32]);

  const grouped = make({ ...sizes, groups: { cardinality: 3, width: 4 } });
  expect(tensors(grouped, 'layer2.0.')).toEqual([
    ['conv1.weight', [24, 8, 1, 1]],
    ['bn1.weight', [24]],
    ['bn1.bias', [24]],
    ['conv2.weight', [24, 8, 3, 3]],
    ['bn2.weight', [24]],
    ['bn2.bias', [24]],
    ['conv3.weight', [16, 24, 1, 1]],
    ['bn3.weight', [16]],
    ['bn3.bias', [16]],
    ['shortcut.0.weight', [16, 8, 1, 1]],
    ['shortcut.1.weight', [16]],
    ['shortcut.1.bias', [16]],
  ]);
  expect([...grouped.buffers.keys()]).toContain('layer1.0.shortcut.1.running_var');
  expect(grouped.parameters.get('layer3.1.conv2.weight')?.shape).toEqual([48, 16, 3, 3]);
});

it('a seed determines the initial weights, whatever the scheme', () => {
  const coordinate = /\.(tau|tauEnd|step)$/;
  const weights = (model: CifarResNet): [string, number[]][] =>
    [...values(model.parameters)].filter(([name]) => !coordinate.test(name));
  for (const variant of ['post', 'pre'] as const) {
    const expected = weights(make({ variant, schedule: { scheme: 'vanilla' } }));
    for (const schedule of schedules) expect(weights(make({ variant, schedule }))).toEqual(expected);
    expect(weights(make({ variant }, 2))).not.toEqual(expected);
  }
});

it('f32 and f64 nets with one seed start with the same weights', () => {
  expect(values(make({ dtype: 'f64' }).parameters)).toEqual(values(make({ dtype: 'f32' }).parameters));
});

it.each([
  [1, 2, 7, 9],
  [3, 37, 12, 12],
  [3, 10, 5, 8],
  [2, 3, 4, 4],
])(
  '%d channels, %d classes, %d x %d pixels: logits equal the reference',
  (inChannels, classes, height, width) => {
    for (const variant of ['post', 'pre'] as const) {
      const model = make({ depth: 14, inChannels, classes, variant, schedule: { scheme: 'vanilla' } });
      const images = new Generator(4).normal([3, inChannels, height, width], 'f64');
      logitsOf(model, images, true);
      const spec: ResNetSpec = {
        depth: 14,
        width: 2,
        inChannels,
        classes,
        order: variant,
        activation: 'relu',
        scheme: 'vanilla',
      };
      const asArrays = (tensors: ReadonlyMap<string, Tensor>): Map<string, Float64Array> =>
        new Map([...values(tensors)].map(([name, list]) => [name, Float64Array.from(list)]));
      const expected = evaluate(
        spec,
        asArrays(model.parameters),
        asArrays(model.buffers),
        denseArray(images.shape, images.toArray()),
      );
      expect(expected.shape).toEqual([3, classes]);
      expect(relativeError(logitsOf(model, images, false), expected.data)).toBeLessThan(1e-12);
    }
  },
);

it('swapping two blocks with their positions and statistics leaves the net unchanged', () => {
  const images = new Generator(6).normal([4, 3, 8, 8], 'f64');
  for (const variant of ['post', 'pre'] as const) {
    const one = make({ variant });
    const two = make({ variant });
    const exchanged = (name: string): string =>
      name.replace(/^layer1\.([01])\./, (_, i: string) => `layer1.${1 - Number(i)}.`);
    for (const [name, parameter] of one.parameters) copy(two.parameters.get(exchanged(name))!, parameter);
    copy(one.parameters.get('layer1.tau')!, [0.6, 1.7, 2.9]);
    copy(two.parameters.get('layer1.tau')!, [1.7, 0.6, 2.9]);
    for (const model of [one, two]) model.stages.get('layer1')!.schedule.projectAndSort();
    expect(two.stages.get('layer1')!.schedule.snapshot().order).toEqual([1, 0, 2]);
    expect(logitsOf(two, images, true)).toEqual(logitsOf(one, images, true));
    const statistics = values(two.buffers);
    for (const [name, expected] of values(one.buffers))
      expect(statistics.get(exchanged(name)), name).toEqual(expected);
    expect(statistics.get('layer1.0.bn1.running_mean')).not.toEqual(
      statistics.get('layer1.1.bn1.running_mean'),
    );
    expect(logitsOf(two, images, false)).toEqual(logitsOf(one, images, false));
  }
});

it('a net opened in evaluation mode stays so while it trains, and reading a stage does not stop training', () => {
  const model = make();
  const images = new Generator(6).normal([4, 3, 8, 8], 'f64');
  const opened = model.forwardParts();
  const throughStages = (): number[] =>
    noGrad(() =>
      scope(() => {
        let state = opened.begin(images);
        for (const stage of model.stages.values()) state = stage.forward(state, { training: false });
        return opened.end(state).toArray();
      }),
    );
  noGrad(() => {
    logitsOf(model, images, true);
    const { buffers } = model;
    const statistics = values(buffers);
    expect(throughStages()).toEqual(logitsOf(model, images, false));
    model.enterStage('layer2', images).dispose();
    expect(values(buffers)).toEqual(statistics);
    logitsOf(model, images, true);
    expect(values(buffers)).not.toEqual(statistics);
  });
});

it('a net composes the part before a stage, the stage, and the rest', () => {
  for (const variant of ['post', 'pre'] as const) {
    const model = make({ variant });
    const images = new Generator(6).normal([4, 3, 8, 8], 'f64');
    const [first, second] = ['layer1', 'layer2'].map((name) => model.stages.get(name)!);
    const through = noGrad(() =>
      scope(() => {
        const end = first!.schedule.flow(
          model.enterStage('layer1', images),
          first!.blocks,
          first!.projection,
        );
        return second!.enter(end, { training: false }).toArray();
      }),
    );
    expect(noGrad(() => scope(() => model.enterStage('layer2', images).toArray()))).toEqual(through);
    expect(() => model.enterStage('layer4', images)).toThrow(
      'no stage layer4 (one of layer1, layer2, layer3)',
    );
  }
});

it('statistics stay with a block when training moves it', () => {
  const model = make();
  const images = new Generator(6).normal([4, 3, 8, 8], 'f64');
  logitsOf(model, images, true);
  const before = values(model.buffers);
  copy(model.parameters.get('layer1.tau')!, [3, 2, 1]);
  const swap = model.stages.get('layer1')!.schedule.projectAndSort();
  expect(swap?.after).toEqual([2, 1, 0]);
  expect(values(model.buffers)).toEqual(before);
});

it('evaluation uses the running statistics, treats each image independently, and changes nothing', () => {
  for (const schedule of schedules) {
    const model = make({ schedule });
    const images = new Generator(6).normal([4, 3, 8, 8], 'f64');
    const trained = logitsOf(model, images, true);
    const [parameters, buffers] = [values(model.parameters), values(model.buffers)];
    const together = logitsOf(model, images, false);
    const alone = [0, 1, 2, 3].flatMap((i) =>
      scope(() => logitsOf(model, ops.sliceDim(images, 0, i, i + 1), false)),
    );
    expect(relativeError(alone, together)).toBeLessThan(1e-13);
    expect(relativeError(together, trained)).toBeGreaterThan(1e-2);
    expect(values(model.parameters)).toEqual(parameters);
    expect(values(model.buffers)).toEqual(buffers);
    logitsOf(model, images, true);
    expect(values(model.buffers)).not.toEqual(buffers);
  }
});

it.each([
  [{ depth: 21 }, '6n + 2'],
  [{ depth: 2 }, 'depth'],
  [{ width: 0 }, 'width'],
  [{ classes: 1 }, 'classes'],
  [{ inChannels: 0 }, 'inChannels'],
  [{ activation: 'gelu' }, 'activation'],
  [{ variant: 'Post' }, 'did you mean post'],
  [{ block: 'Bottleneck' }, 'did you mean bottleneck'],
  [{ shortcut: 'option-c' }, 'unknown shortcut "option-c": did you mean option-a?'],
  [{ block: 'bottleneck', depth: 32 }, '9n + 2'],
  [{ groups: { cardinality: 2, width: 4 } }, 'bottleneck blocks'],
  [{ depth: 29, block: 'bottleneck', groups: { cardinality: 0, width: 4 } }, 'cardinality'],
  [{ depth: 29, block: 'bottleneck', groups: { cardinality: 2, width: 1.5 } }, 'width of a group'],
  [{ schedule: { scheme: 'meanfield' } }, 'did you mean mean-field'],
])('%j is rejected with a message that names it', (wrong, message) => {
  const options = wrong as Partial<CifarResNetOptions>;
  expect(() => make(options)).toThrow(UsageError);
  expect(() => make(options)).toThrow(message);
});
