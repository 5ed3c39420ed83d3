export const title = 'Algorithm 1: τ and θ trained together';

export const numbers = {
  loss: 'E at the end',
  start: 'E at the start',
  swaps: 'pairs of blocks that changed places',
  jump: 'largest rise of E in a step in which blocks changed places',
  accuracy: 'share of points that arrive on the right side of height 0, at the end',
} as const;
