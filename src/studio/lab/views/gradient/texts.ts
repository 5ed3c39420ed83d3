export const title = 'The functional gradient G(θ, t) and the particles on it';

export const numbers = {
  dissipation: 'D = ∫∫ |∇G|² dρ dt, the rate at which E decreases along the gradient flow',
  cosine: 'cosine between G and the two-layer network’s gradient, over all particles',
  mean: '∫∫ G dρ dt',
  loss: 'E(ρ)',
} as const;
