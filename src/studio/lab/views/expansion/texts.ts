import type { ViewState } from '../../knobs.ts';

export const title = 'The expansion of a ResNet into shallow networks';

/** The slider of `t` selects the order: 0 is order 0, 1 is order K. */
export const slider = {
  label: 'orders',
  words: (t: number, { order }: ViewState): string => `k = ${(t * order).toFixed(2)}`,
};

export const numbers = {
  error: 'remainder of X(·,1) after orders 0 .. K, relative to ‖X(·,1) − X(·,0)‖',
  first: 'remainder after orders 0 and 1: a two-layer network',
  second: 'remainder after orders 0, 1 and 2',
  loss: 'E(ε ρ)',
} as const;
