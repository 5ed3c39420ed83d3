import { expect, it } from 'vitest';
import { Poller } from './poller.ts';

it('polls once for all waiting callers, and not at all without any', async () => {
  let polls = 0;
  const poller = new Poller(() => {
    polls++;
    return Promise.resolve();
  });
  await Promise.all([poller.next(), poller.next(), poller.next()]);
  expect(polls).toBe(1);
  await new Promise((resolve) => setTimeout(resolve, 1200));
  expect([polls, poller.polls]).toEqual([1, 1]);
  await poller.next();
  expect(polls).toBe(2);
});
