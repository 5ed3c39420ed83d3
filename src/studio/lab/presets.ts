/** The lab's presets: for each slide of the talk, a state, a formula and what to look for. */
import { checkOneOf } from '../../check.ts';
import type { LabState } from './knobs.ts';
import { labState } from './state.ts';

export interface Preset {
  readonly name: string;
  /** Title of the slide. */
  readonly title: string;
  /** Knobs that differ from the defaults. */
  readonly state: Partial<LabState>;
  /** TeX, for KaTeX. */
  readonly formula: string;
  /** Hint on what to look for. */
  readonly look: string;
  /** Its key number, one of its view's numbers. */
  readonly key: string;
}

const xor = { data: 'xor', noise: 0.02 } as const;
const small = { depth: 8, particles: 16 } as const;

export const presets = [
  {
    name: 'ntk',
    title: 'Neural tangent kernel: linearise the model',
    state: { view: 'regimes', ...xor, points: 80, ...small, steps: 150, ds: 1, alpha: 20 },
    formula:
      'f_{\\mathrm{NN}}(\\theta) = f_{\\mathrm{NN}}(\\theta_{\\mathrm{init}}) + \\langle \\nabla_\\theta f_{\\mathrm{NN}}(\\theta_{\\mathrm{init}}),\\, \\theta - \\theta_{\\mathrm{init}} \\rangle',
    look: 'The linearised network and the lazy one fall together and slowly: at α = 20 lazy blocks hardly move, so that features are not learned. Lower α to 2, and the lazy network leaves the linearised one: its blocks go nine times as far.',
    key: 'lazyMovement',
  },
  {
    name: 'features',
    title: 'Mean field against tangent kernel: features',
    state: { view: 'regimes', ...xor, points: 100, ...small, steps: 200, ds: 1, scale: 0.5 },
    formula:
      "K(x, x') = \\int_0^1\\!\\!\\int \\nabla_\\theta f(X, \\theta)^{\\!\\top} P \\cdot \\nabla_\\theta f(X', \\theta)^{\\!\\top} P' \\,\\rho\\, d\\theta\\, dt, \\qquad P(x, t) = \\frac{\\partial \\langle w_1, X_\\rho(x, 1) \\rangle}{\\partial X_\\rho(x, t)}",
    look: 'From small blocks the mean-field ResNet learns the four squares, and its tangent kernel turns towards the targets: their alignment grows from 0.01 to 0.40. The linearised network keeps the kernel that it was drawn with, and lags far behind. (Given time it learns too, in the plane: that kernels fail needs many dimensions, meanfield verify C12.)',
    key: 'alignmentEnd',
  },
  {
    name: 'convex',
    title: 'Mean-field regime: convex in the law of weights',
    state: { view: 'descent', data: 'moons', depth: 1, particles: 128, radius: 4, lambda: 0 },
    formula:
      'L(\\rho) = \\lVert \\mathbb{E}_{\\theta \\sim \\rho}\\, g(\\theta, x) - f(x) \\rVert_2^2, \\qquad L((1-\\lambda)\\rho + \\lambda\\nu) \\le (1-\\lambda) L(\\rho) + \\lambda L(\\nu)',
    look: 'With one step of depth the network has two layers: along every mixture E is a parabola above its tangent. Take more depth, and it is convex no more.',
    key: 'gap',
  },
  {
    name: 'neural-ode',
    title: 'Neural ODE: a ResNet is an Euler discretisation',
    state: {
      view: 'flow',
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
    look: 'The thin lines with corners are the ResNet of L blocks, the broad smooth bands the ODE. Double L, and the distance between their ends halves. Nothing here says that training reaches a global minimum.',
    key: 'euler',
  },
  {
    name: 'mean-field-resnet',
    title: 'Mean-field ResNet',
    state: { view: 'flow', ...xor, points: 150, ...small, trained: 60, ds: 3 },
    formula:
      '\\dot X_\\rho(x, t) = \\int_\\theta f(X_\\rho(x, t), \\theta)\\, \\rho(\\theta, t)\\, d\\theta, \\qquad X_\\rho(x, 0) = \\langle w_2, x \\rangle',
    look: 'Class A rises to height 1 and class B sinks to −1: the height at depth 1 is the prediction. The mesh shows how the plane is folded to do so; it is never torn, for this is a flow. (Rings around discs, data circles, it can only part by squeezing them through gaps between points.)',
    key: 'loss',
  },
  {
    name: 'adjoint',
    title: 'The adjoint equation',
    state: { view: 'costate', data: 'moons', points: 120, depth: 12, particles: 32, scale: 1.5 },
    formula:
      '\\dot p_\\rho(x, t) = -p_\\rho(x, t) \\int \\nabla_x f(X_\\rho(x, t), \\theta)\\, \\rho(\\theta, t)\\, d\\theta, \\qquad p_\\rho(x, 1) = w_1 (\\langle w_1, X_\\rho(x, 1) \\rangle - y)',
    look: 'At depth 1 each arrow is the error of its point, along the height. Going back the blocks turn and stretch it: back-propagation.',
    key: 'norm',
  },
  {
    name: 'first-variation',
    title: 'The first variation of E',
    state: {
      view: 'descent',
      data: 'moons',
      points: 120,
      ...small,
      trained: 10,
      ds: 1,
      radius: 4,
      lambda: 0,
    },
    formula:
      'E(\\rho + \\lambda(\\nu - \\rho)) = E(\\rho) + \\lambda \\Bigl\\langle \\frac{\\delta E}{\\delta \\rho}, \\nu - \\rho \\Bigr\\rangle + o(\\lambda)',
    look: 'The straight line is the prediction, the curve is E itself: one touches the other at λ = 0. The key number is their ratio at λ = 10⁻⁴.',
    key: 'slope',
  },
  {
    name: 'ensemble',
    title: 'A deep ResNet behaves like an ensemble of shallow models',
    state: { view: 'expansion', data: 'moons', points: 150, depth: 20, particles: 16, order: 4, eps: 1 },
    formula:
      'x^L \\approx x^0 + \\frac1L \\sum_{a} \\int \\sigma(\\theta^a x^0) \\rho^a + \\frac1{L^2} \\sum_{b > a} \\iint \\nabla\\sigma(\\theta^b x^0)\\, \\theta^b \\sigma(\\theta^a x^0)\\, \\rho^a \\rho^b + \\text{h.o.t.}',
    look: 'Order 1 is a two-layer network, and already close. Each order leaves a fraction of what the one before it left.',
    key: 'first',
  },
  {
    name: 'higher-order',
    title: 'Higher-order terms of the expansion',
    state: {
      view: 'expansion',
      data: 'moons',
      points: 100,
      depth: 20,
      particles: 4,
      scale: 1.5,
      order: 8,
      eps: 1.3,
    },
    formula:
      '\\frac{\\lVert C_k \\rVert}{\\lVert X(1) - X(0) \\rVert}, \\qquad \\binom{L}{k} \\frac1{L^k} \\to \\frac1{k!}',
    look: 'The small parameter is the size of ρ, not 1/L: more depth does not shrink the higher orders. At ε = 1.3 it takes eight of them to come within about 0.2 %. At ε = 2 further orders help no more: the expansion has a radius of convergence.',
    key: 'error',
  },
  {
    name: 'back-propagation',
    title: 'Back-propagation in a two-layer network and in a ResNet',
    state: { view: 'gradient', data: 'moons', points: 100, depth: 10, particles: 32, axisX: 2, axisY: 3 },
    formula:
      '\\underbrace{\\mathbb{E}_x f(x, \\theta)(X_\\rho - y)}_{\\text{two layers}} \\qquad \\underbrace{\\mathbb{E}_x f(X_\\rho(x, t), \\theta)\\, p_\\rho(x, t)}_{\\text{ResNet}}',
    look: 'The two landscapes are hard to tell apart, at every depth: their cosine is the key number. Raise the scale of ρ, or train it, and they part.',
    key: 'cosine',
  },
  {
    name: 'costate-lemma',
    title: 'Lemma: the costate is bounded below by the loss',
    state: { view: 'costate', data: 'moons', points: 120, ...small, trained: 40, ds: 2 },
    formula: '\\lVert p_\\rho(\\cdot, t) \\rVert_\\mu \\ge e^{-(C_1 + C_2 r)} \\sqrt{2 E(\\rho)}',
    look: 'The norm never falls below its bound, so that while E > 0 there is something to descend by at every depth. (The slide has E itself on the right, and t in place of r: that line is drawn too, and can be crossed once E is large.)',
    key: 'ratio',
  },
  {
    name: 'local-is-global',
    title: 'Local = global: a descent direction from a stuck ρ',
    state: {
      view: 'descent',
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
    look: 'All blocks are at θ = 0, where the gradient in θ vanishes: gradient descent stays for ever. In the space of laws there is a way down: at each depth the best block of Q_r, and E falls towards it. (Drawn is the best λ.)',
    key: 'gap',
  },
  {
    name: 'stationary',
    title: 'Corollary: why ρ needs full support',
    state: { view: 'training', data: 'moons', points: 120, ...small, law: 'zero', steps: 40, ds: 1 },
    formula:
      '\\nabla_\\theta \\frac{\\delta E}{\\delta \\rho}(\\theta, t) = 0 \\text{ on } \\operatorname{supp} \\rho \\quad \\not\\Rightarrow \\quad E(\\rho) = 0',
    look: 'The flow from θ = 0 is stationary and no minimum: nothing moves, E stays. Choose any law with some spread, and it falls.',
    key: 'loss',
  },
  {
    name: 'wasserstein-flow',
    title: 'Corollary: the Wasserstein gradient flow',
    state: {
      view: 'training',
      ...xor,
      points: 120,
      depth: 10,
      particles: 24,
      scale: 1.5,
      steps: 400,
      ds: 0.2,
    },
    formula:
      '\\partial_s \\rho = \\nabla_\\theta \\cdot \\Bigl( \\rho\\, \\nabla_\\theta \\frac{\\delta E}{\\delta \\rho} \\Bigr), \\qquad \\frac{dE}{ds} = -\\int_0^1\\!\\!\\int \\Bigl| \\nabla_\\theta \\frac{\\delta E}{\\delta \\rho} \\Bigr|^2 \\rho\\, d\\theta\\, dt',
    look: 'The four squares fold until one class lies at height 1 and the other at −1. E falls at the rate D; what Euler’s steps miss of that is the defect. (That it converges is seen here, not proved: the theorem is about stationary ρ. Spirals unwind too, in a thousand steps of 0.1, but the smaller E, the smaller must the steps be.)',
    key: 'loss',
  },
  {
    name: 'particles-in-depth',
    title: 'Numerical scheme: particles with intervals of depth',
    state: {
      view: 'algorithm',
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
    look: 'Each block acts on an interval of its own: intervals overlap, leave gaps and change places, and E is continuous where they do.',
    key: 'loss',
  },
  {
    name: 'algorithm-1',
    title: 'Algorithm 1',
    state: {
      view: 'algorithm',
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
    look: 'Beads swap where two τ cross, and E jumps there, up as well as down: the block that arrives first keeps the whole gap before it. Between swaps it falls, unless a step is too long (seed 2).',
    key: 'loss',
  },
] as const satisfies readonly Preset[];

export type PresetName = (typeof presets)[number]['name'];
export const presetNames: readonly PresetName[] = presets.map(({ name }) => name);

/** @throws UsageError for an unknown name, with the nearest one as a suggestion */
export function findPreset(name: string): Preset {
  const known = checkOneOf('preset', name, presetNames);
  return presets.find((one) => one.name === known)!;
}

/** The complete state of a preset. */
export const presetState = ({ state }: Preset): LabState => labState(state);
