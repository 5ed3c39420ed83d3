export const presets = [
  {
    slide: 10,
    name: 'back-propagation',
    title: 'Back-propagation in a two-layer network and in a ResNet',
    state: { data: 'moons', points: 100, depth: 10, particles: 32, axisX: 2, axisY: 3 },
    formula:
      '\\underbrace{\\mathbb{E}_x f(x, \\theta)(X_\\rho - y)}_{\\text{two layers}} \\qquad \\underbrace{\\mathbb{E}_x f(X_\\rho(x, t), \\theta)\\, p_\\rho(x, t)}_{\\text{ResNet}}',
    look: 'The two landscapes are hard to tell apart at every depth; their cosine is the key number. They differ more with a larger scale of ρ, or after training. (The slide leaves out the readout of the two-layer network. Here both networks have the same.)',
    key: 'cosine',
  },
] as const;
