export const presets = [
  {
    slide: 13,
    name: 'stationary',
    title: 'Corollary: why ρ needs full support',
    state: { data: 'moons', points: 120, depth: 8, particles: 16, law: 'zero', steps: 40, ds: 1 },
    formula:
      '\\nabla_\\theta \\frac{\\delta E}{\\delta \\rho}(\\theta, t) = 0 \\text{ on } \\operatorname{supp} \\rho \\quad \\not\\Rightarrow \\quad E(\\rho) = 0',
    look: 'The flow from θ = 0 is stationary but not at a minimum: nothing moves and E is constant. With any law of positive spread, E decreases.',
    key: 'loss',
  },
  {
    slide: 14,
    name: 'wasserstein-flow',
    title: 'Corollary: the Wasserstein gradient flow',
    state: {
      data: 'xor',
      noise: 0.02,
      points: 120,
      depth: 10,
      particles: 24,
      scale: 1.5,
      steps: 400,
      ds: 0.2,
    },
    formula:
      '\\partial_s \\rho = \\nabla_\\theta \\cdot \\Bigl( \\rho\\, \\nabla_\\theta \\frac{\\delta E}{\\delta \\rho} \\Bigr), \\qquad \\frac{dE}{ds} = -\\int_0^1\\!\\!\\int \\Bigl| \\nabla_\\theta \\frac{\\delta E}{\\delta \\rho} \\Bigr|^2 \\rho\\, d\\theta\\, dt',
    look: 'The four squares fold until one class lies at height 1 and the other at −1. E decreases at the rate D; the defect is the error of the Euler steps in that identity. (Convergence is observed here, not proved: the theorem is about stationary ρ. Spirals unwind too, in 2,000 steps of 0.1.)',
    key: 'loss',
  },
] as const;
