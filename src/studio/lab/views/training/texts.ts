export const title = 'The Wasserstein gradient flow of ρ';

export const numbers = {
  loss: 'E at the end',
  start: 'E at the start',
  defect: '|E(0) − E(s) − ∫ D ds| over E(0) − E(s): the energy identity; 0 as ds → 0',
  accuracy: 'share of points that arrive on the right side of height 0, at the end',
  distance: 'how far particles went: √ ∫∫ |θ(s) − θ(0)|² dρ dt',
  reach: '√(s ∫ D ds), which that distance never exceeds under Euler',
} as const;
