export const presets = [
  {
    slide: 3,
    name: 'convex',
    title: 'Mean-field regime: convex in the law of weights',
    state: { data: 'moons', depth: 1, particles: 128, radius: 4, lambda: 0 },
    formula:
      'L(\\rho) = \\lVert \\mathbb{E}_{\\theta \\sim \\rho}\\, g(\\theta, x) - f(x) \\rVert_2^2, \\qquad L((1-\\lambda)\\rho + \\lambda\\nu) \\le (1-\\lambda) L(\\rho) + \\lambda L(\\nu)',
    look: 'With one step of depth the network has two layers: along every mixture E is a parabola above its tangent. With more depth it need not be: with L = 2, r = 10 and data xor, E has a hump.',
    key: 'gap',
  },
  {
    slide: 7,
    name: 'first-variation',
    title: 'The first variation of E',
    state: {
      data: 'moons',
      points: 120,
      depth: 8,
      particles: 16,
      trained: 10,
      ds: 1,
      radius: 4,
      lambda: 0,
    },
    formula:
      'E(\\rho + \\lambda(\\nu - \\rho)) = E(\\rho) + \\lambda \\Bigl\\langle \\frac{\\delta E}{\\delta \\rho}, \\nu - \\rho \\Bigr\\rangle + o(\\lambda)',
    look: 'The straight line is the prediction and the curve is E; they touch at λ = 0. The key number is the ratio of their slopes at λ = 10⁻⁴.',
    key: 'slope',
  },
  {
    slide: 12,
    name: 'local-is-global',
    title: 'Local = global: a descent direction from a stuck ρ',
    state: {
      data: 'moons',
      points: 120,
      depth: 8,
      particles: 8,
      law: 'zero',
      radius: 4,
      lambda: 0,
    },
    formula:
      '\\inf_{\\nu} \\Bigl\\langle \\frac{\\delta E}{\\delta \\rho}, \\nu - \\rho \\Bigr\\rangle < 0 \\quad \\text{if } E(\\rho) > 0',
    look: 'All blocks are at θ = 0, where the gradient in θ vanishes: gradient descent never leaves. The space of distributions has a descent direction: towards the best block of Q_r at each depth, E decreases. (The picture shows the best λ.)',
    key: 'gap',
  },
] as const;
