import { expect, it } from 'vitest';
import { UsageError } from '../../errors.ts';
import { Generator, ops, scope, type Tensor } from '../../tensor/index.ts';
import { scalarActivation } from './activation.ts';
import { activationSeries } from './activation-series.ts';

const smooth = ['tanh', 'softplus', 'erf', 'gelu'] as const;

/** sum_k eps^k u_k. */
const at = (series: readonly Tensor[], eps: number): Tensor =>
  series.map((one, k) => ops.mulScalar(one, eps ** k)).reduce((sum, one) => ops.add(sum, one));

it.each(smooth)('%s of a series equals that of its sum up to the next order', (activation) => {
  const generator = new Generator(1);
  for (const order of [1, 2, 3, 4, 5]) {
    const u = Array.from({ length: order + 1 }, () => generator.normal([40], 'f64'));
    const series = activationSeries(activation, u);
    expect(series).toHaveLength(order + 1);
    const rest = (eps: number): number =>
      scope(() => {
        const exact = scalarActivation(activation).value(at(u, eps));
        return ops.norm(ops.sub(exact, at(series, eps))).item();
      });
    const slope = Math.log2(rest(0.04) / rest(0.02));
    expect(Math.abs(slope - order - 1)).toBeLessThan(0.3);
  }
});

it.each(smooth)('the first coefficient of %s is its slope', (activation) => {
  const [u, du] = [new Generator(2).normal([9], 'f64'), new Generator(3).normal([9], 'f64')];
  const [value, first] = activationSeries(activation, [u, du]);
  const s = scalarActivation(activation);
  expect(ops.norm(ops.sub(value!, s.value(u))).item()).toBeLessThan(1e-15);
  expect(ops.norm(ops.sub(first!, ops.mul(s.slope(u, s.value(u)), du))).item()).toBeLessThan(1e-14);
});

it('relu is rejected, and the message lists the alternatives', () => {
  const call = (): unknown => activationSeries('relu', [new Generator(1).normal([3], 'f64')]);
  expect(call).toThrow(UsageError);
  expect(call).toThrow('relu is not smooth and has no power series: use tanh, softplus, erf, gelu');
});
