export const presets = [
  {
    slide: 6,
    name: 'adjoint',
    title: 'The adjoint equation',
    state: { data: 'moons', points: 120, depth: 12, particles: 32, scale: 1.5 },
    formula:
      '\\dot p_\\rho(x, t) = -p_\\rho(x, t) \\int \\nabla_x f(X_\\rho(x, t), \\theta)\\, \\rho(\\theta, t)\\, d\\theta, \\qquad p_\\rho(x, 1) = w_1 (\\langle w_1, X_\\rho(x, 1) \\rangle - y)',
    look: 'At depth 1 each arrow is the error of its point in the height. Towards depth 0 the blocks rotate and stretch it: this is back-propagation.',
    key: 'norm',
  },
  {
    slide: 11,
    name: 'costate-lemma',
    title: 'Lemma: the costate is bounded below by the loss',
    state: { data: 'moons', points: 120, depth: 8, particles: 16, trained: 40, ds: 2 },
    formula: '\\lVert p_\\rho(\\cdot, t) \\rVert_\\mu \\ge e^{-(C_1 + C_2 r)} \\sqrt{2 E(\\rho)}',
    look: 'The norm never falls below its bound, so while E > 0 there is a descent direction at every depth. The drawn bound is the product ∏ (1 − h K) over the blocks, which tends to the exponential as L grows. (The slide has E itself on the right and t in place of r. That line is drawn too. It is no bound once E exceeds 2, as for own points with targets of 10.)',
    key: 'ratio',
  },
] as const;
