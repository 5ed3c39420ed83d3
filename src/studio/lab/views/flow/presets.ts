export const presets = [
  {
    slide: 4,
    name: 'neural-ode',
    title: 'Neural ODE: a ResNet is an Euler discretisation',
    state: {
      data: 'spirals',
      noise: 0.02,
      points: 12,
      law: 'smooth',
      depth: 8,
      particles: 3,
      scale: 2,
      // The paths of this seed curve visibly, which separates corners from bands.
      seed: 2,
    },
    formula:
      'X^{\\ell+1} = X^\\ell + \\tfrac1L f(X^\\ell, \\theta^\\ell) \\quad\\longrightarrow\\quad \\dot X(t) = f(X(t), \\theta(t))',
    look: 'The thin lines with corners are the ResNet with L blocks; the broad smooth bands are the ODE. Doubling L halves the distance between their ends. This says nothing about whether training reaches a global minimum.',
    key: 'euler',
  },
  {
    slide: 5,
    name: 'mean-field-resnet',
    title: 'Mean-field ResNet',
    state: { data: 'xor', noise: 0.02, points: 150, depth: 20, particles: 16, trained: 80, ds: 2 },
    formula:
      '\\dot X_\\rho(x, t) = \\int_\\theta f(X_\\rho(x, t), \\theta)\\, \\rho(\\theta, t)\\, d\\theta, \\qquad X_\\rho(x, 0) = \\langle w_2, x \\rangle',
    look: 'Class A rises to height 1 and class B sinks to −1: the height at depth 1 is the prediction. The mesh shows how the plane is stretched and bent, but nowhere turned over: the steps are small enough to act as a flow. With L = 8 blocks, single steps are so large that they turn over the shaded part of the plane. The ODE cannot do that at any size of ρ.',
    key: 'loss',
  },
] as const;
