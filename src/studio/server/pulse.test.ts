import { expect, it } from 'vitest';
import { Pulse } from './pulse.ts';

it('looks once for all who wait, and not at all when nobody does', async () => {
  let looks = 0;
  const pulse = new Pulse(() => {
    looks++;
    return Promise.resolve();
  });
  await Promise.all([pulse.next(), pulse.next(), pulse.next()]);
  expect(looks).toBe(1);
  await new Promise((resolve) => setTimeout(resolve, 1200));
  expect([looks, pulse.looks]).toEqual([1, 1]);
  await pulse.next();
  expect(looks).toBe(2);
});
