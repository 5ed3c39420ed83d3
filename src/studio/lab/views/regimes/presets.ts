export const presets = [
  {
    slide: 1,
    name: 'ntk',
    title: 'Neural tangent kernel: linearise the model',
    state: { data: 'xor', noise: 0.02, points: 80, depth: 8, particles: 16, steps: 150, ds: 1, alpha: 20 },
    formula:
      'f_{\\mathrm{NN}}(\\theta) = f_{\\mathrm{NN}}(\\theta_{\\mathrm{init}}) + \\langle \\nabla_\\theta f_{\\mathrm{NN}}(\\theta_{\\mathrm{init}}),\\, \\theta - \\theta_{\\mathrm{init}} \\rangle',
    look: 'The losses of the linearised and the lazy network decrease together, slowly: at α = 20 the lazy blocks move twenty times less far than those of the mean-field ResNet. At α = 2 the lazy network departs from the linearised one: its blocks move nine times as far.',
    key: 'lazyMovement',
  },
  {
    slide: 2,
    name: 'features',
    title: 'Mean field against tangent kernel: features',
    state: { data: 'xor', noise: 0.02, points: 100, depth: 8, particles: 16, steps: 200, ds: 1, scale: 0.5 },
    formula:
      "K(x, x') = \\int_0^1\\!\\!\\int \\nabla_\\theta f(X, \\theta)^{\\!\\top} P \\cdot \\nabla_\\theta f(X', \\theta)^{\\!\\top} P' \\,\\rho\\, d\\theta\\, dt, \\qquad P(x, t) = \\frac{\\partial \\langle w_1, X_\\rho(x, 1) \\rangle}{\\partial X_\\rho(x, t)}",
    look: 'From small blocks the mean-field ResNet learns the four squares, and its tangent kernel aligns with the targets: the alignment grows from 0.01 to 0.40. The linearised network keeps its initial kernel and learns much more slowly. (In the plane it learns too, given time; kernels fail only in many dimensions, see meanfield verify C12.)',
    key: 'alignmentEnd',
  },
] as const;
