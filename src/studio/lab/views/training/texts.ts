export const title = 'The Wasserstein gradient flow of ρ';

export const numbers = {
  loss: 'E at the end',
  start: 'E at the start',
  defect: 'relative error of the energy identity, |E(0) − E(s) − ∫ D ds| / (E(0) − E(s)): tends to 0 with ds',
  accuracy: 'fraction of points on the correct side of height 0 at the end',
  distance: 'distance moved by the particles: √ ∫∫ |θ(s) − θ(0)|² dρ dt',
  reach: '√(s ∫ D ds), an upper bound of that distance for Euler steps',
} as const;
