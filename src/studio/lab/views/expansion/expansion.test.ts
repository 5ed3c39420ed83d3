import { expect, it } from 'vitest';
import { all, partsOf } from '../fake-states.ts';
import type { OrderPart } from './compute.ts';

it('for a small rho, each order of the expansion reduces the remainder', () => {
  const orders = all<OrderPart>(partsOf({ view: 'expansion', eps: 0.3, order: 5 }), 'order');
  expect(orders).toHaveLength(6);
  orders.slice(1).forEach(({ error }, k) => {
    expect(error).toBeLessThan(0.5 * orders[k]!.error);
  });
  expect(orders.map(({ paths }) => paths)).toEqual([1, 1, 6 / 16, 4 / 64, 1 / 256, 0]);
});

it('rejects an expansion for relu in one line', () => {
  expect(() => partsOf({ view: 'expansion', activation: 'relu' })).toThrow(
    /relu is not smooth .* choose tanh/,
  );
});
