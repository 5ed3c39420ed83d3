export const title = 'Algorithm 1: τ and θ trained together';

export const numbers = {
  loss: 'E at the end',
  start: 'E at the start',
  swaps: 'number of swaps of two blocks',
  jump: 'largest increase of E in a step with a swap',
  accuracy: 'fraction of points on the correct side of height 0 at the end',
} as const;
