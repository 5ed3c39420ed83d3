export const presets = [
  {
    slide: 15,
    name: 'particles-in-depth',
    title: 'Numerical scheme: particles with intervals of depth',
    state: {
      data: 'moons',
      points: 100,
      scheme: 'intervals',
      blocks: 10,
      scale: 1.5,
      steps: 150,
      rate: 1,
      tauRate: 0.01,
    },
    formula:
      "\\rho_n(\\theta, t) = \\sum_{i=1}^n \\delta_{\\theta_i}(\\theta)\\, \\mathbb{1}_{[\\tau_i, \\tau_i']}(t)",
    look: 'Each block acts on its own interval. Intervals can overlap, leave gaps and change order, and E is continuous when they do. (The slide has no normaliser: ρₙ(·, t) is a probability only where intervals cover t exactly once.)',
    key: 'loss',
  },
  {
    slide: 16,
    name: 'algorithm-1',
    title: 'Algorithm 1',
    state: {
      data: 'moons',
      points: 100,
      scheme: 'mean-field',
      blocks: 10,
      scale: 1.5,
      steps: 300,
      rate: 1,
      tauRate: 0.01,
    },
    formula:
      'X^{\\ell+1} = X^\\ell + (\\tau^\\ell - \\tau^{\\ell-1})\\, \\sigma^\\ell(X^\\ell), \\qquad \\tau^0 \\le \\dots \\le \\tau^n',
    look: 'Beads swap where two τ cross, and E jumps up or down there: the block that comes first takes the whole gap before it. Between swaps E decreases unless a step is too large (seed 2). (The slide counts n + 1 positions for n blocks. Here the first step starts at depth 0.)',
    key: 'loss',
  },
] as const;
