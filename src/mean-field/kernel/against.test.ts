import { expect, it } from 'vitest';
import { relativeError } from '../../reference/index.ts';
import { Generator, keep, ops, tensor, type Tensor } from '../../tensor/index.ts';
import { rowsAtOnce } from '../families/row-chunks.ts';
import { bottleneck, customFamily, type Family, matrix } from '../families/index.ts';
import { gridMeasure } from '../measures/index.ts';
import { tangentKernel } from './tangent-kernel.ts';

const generator = new Generator(1);
const normal = (...shape: number[]): Tensor => generator.normal(shape, 'f64');
const problem = { inputs: normal(5, 3), targets: normal(5, 2), readout: normal(2, 3) };
const family = bottleneck('tanh');
const rho = gridMeasure(normal(2, 4, 7));

it.each([
  ['NaN', tensor([[1, NaN, 0]], { dtype: 'f64' }), 'found NaN or an infinite number in against'],
  [
    'an infinite number',
    tensor([[1, 2, -Infinity]], { dtype: 'f64' }),
    'found NaN or an infinite number in against',
  ],
  ['other features', normal(4, 2), "against: expected [N', 3], got shape [4, 2]"],
  ['no rows', normal(0, 3), "against: expected [N', 3], got shape [0, 3]"],
  ['another rank', normal(3), "against: expected [N', 3], got shape [3]"],
  [
    'another dtype',
    ops.toDtype(normal(4, 3), 'f32'),
    'inputs and against must have the same dtype, got f64 and f32',
  ],
])('a kernel against %s is rejected with one line', (_, against, message) => {
  expect(() => tangentKernel(problem, family, rho, { against })).toThrow(message);
});

it('sending samples through the flow in chunks gives the same kernel', () => {
  const own = customFamily({
    parameterCount: 1,
    batched: true,
    value: (x, theta) => ops.sin(ops.mul(x, theta)),
  });
  for (const [one, particles] of [
    [matrix('softplus'), 1000],
    [bottleneck('gelu'), 2500],
    [own, 2500],
  ] as readonly (readonly [Family, number])[]) {
    expect(rowsAtOnce(particles * 2)).toBeLessThan(40);
    const whole = { ...problem, inputs: normal(40, 3), targets: normal(40, 2) };
    const measure = gridMeasure(normal(2, particles, one.parameterCount(3)));
    const against = normal(30, 3);
    const all = tangentKernel(whole, one, measure, { against });
    // The kernel's row for x equals that of a problem with only this sample.
    for (const n of [0, 17, 39]) {
      const alone = { ...whole, inputs: ops.sliceDim(whole.inputs, 0, n, n + 1) };
      const rows = tangentKernel(
        { ...alone, targets: ops.sliceDim(whole.targets, 0, n, n + 1) },
        one,
        measure,
        { against },
      );
      const expected = ops.sliceDim(all, 0, 2 * n, 2 * n + 2).toArray();
      expect(relativeError(rows.toArray(), expected)).toBeLessThan(1e-13);
    }
  }
});

it('the kernel does not modify the blocks passed to onBlock', () => {
  const blocks: Tensor[] = [];
  const kernel = tangentKernel(problem, family, rho, { onBlock: (block) => blocks.push(keep(block)) });
  expect(relativeError(ops.add(blocks[0]!, blocks[1]!).toArray(), kernel.toArray())).toBe(0);
});
