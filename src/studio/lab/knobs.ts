/**
 * The table of the knobs that views have, which defines the state schema, the command-line flags and the page's
 * controls. The knob `view` itself follows from the registry of views (state.ts).
 */
import { particleLaws } from '../../reference/laws.ts';

interface Shown {
  /** Short name for display. */
  readonly label: string;
  /** Its effect. */
  readonly help: string;
}

export interface NumberKnob extends Shown {
  readonly kind: 'integer' | 'number';
  readonly default: number;
  readonly min: number;
  readonly max: number;
  /** The reason for the limits. */
  readonly why: string;
  /** A special value outside the regular range, which starts at `from`. */
  readonly special?: { readonly value: number; readonly words: string; readonly from: number };
}

export interface ChoiceKnob extends Shown {
  readonly kind: 'choice';
  readonly default: string;
  readonly choices: readonly string[];
}

export interface TextKnob extends Shown {
  readonly kind: 'text';
  readonly default: string;
  readonly maxLength: number;
  readonly why: string;
}

export type Knob = NumberKnob | ChoiceKnob | TextKnob;

const seeds = 'seeds are whole numbers of at most nine digits';

export const viewKnobs = {
  data: {
    kind: 'choice',
    label: 'data',
    default: 'moons',
    choices: ['spirals', 'moons', 'circles', 'xor', 'single-index', 'csv'],
    help: 'points of the plane; csv: your own',
  },
  csv: {
    kind: 'text',
    label: 'own points',
    default: '',
    maxLength: 20_000,
    why: 'the whole state is in the address',
    help: 'a table of x1, x2 and y or class, as CSV or with semicolons, tabs or spaces; columns are found by name, or are the only three',
  },
  points: {
    kind: 'integer',
    label: 'points N',
    default: 200,
    min: 4,
    max: 1000,
    why: 'more points than that cannot be told apart in a picture',
    help: 'points drawn (csv: so many of your own, spread over them)',
  },
  noise: {
    kind: 'number',
    label: 'noise',
    default: 0.05,
    min: 0,
    max: 1,
    why: 'the sets are about 1 large',
    help: 'standard deviation of what is added to the points (single-index: to the targets)',
  },
  dataSeed: {
    kind: 'integer',
    label: 'seed of the data',
    default: -1,
    min: -1,
    max: 999_999_999,
    special: { value: -1, words: 'same as the seed of ρ', from: 0 },
    why: `${seeds}; -1 takes the seed of everything else`,
    help: 'seed of the points; -1: that of everything else',
  },

  family: {
    kind: 'choice',
    label: 'blocks',
    default: 'bottleneck',
    choices: ['bottleneck', 'matrix'],
    help: 'bottleneck: a σ(w·x + b); matrix: σ(Θ x) on (x1, x2, 1)',
  },
  activation: {
    kind: 'choice',
    label: 'activation σ',
    default: 'tanh',
    choices: ['tanh', 'softplus', 'gelu', 'erf', 'relu'],
    help: 'relu is not smooth: no order of convergence is promised for it',
  },
  depth: {
    kind: 'integer',
    label: 'depth L',
    default: 20,
    min: 1,
    max: 200,
    why: 'the flow has long converged to its ODE by then',
    help: 'steps in depth',
  },
  particles: {
    kind: 'integer',
    label: 'particles M',
    default: 32,
    min: 1,
    max: 1000,
    why: 'the average over blocks has long converged by then',
    help: 'blocks at each depth',
  },
  law: {
    kind: 'choice',
    label: 'law of ρ',
    default: 'gaussian',
    choices: particleLaws,
    help: 'from which blocks are drawn: independent at each depth, or paths smooth in depth; zero: all at 0, where an odd σ is stuck',
  },
  scale: {
    kind: 'number',
    label: 'scale of ρ',
    default: 1,
    min: 0,
    max: 10,
    why: 'blocks beyond that saturate everywhere',
    help: 'standard deviation of blocks (ball, sphere: the radius)',
  },
  seed: {
    kind: 'integer',
    label: 'seed',
    default: 1,
    min: 0,
    max: 999_999_999,
    why: seeds,
    help: 'seed of blocks and starts, and of the data',
  },

  t: {
    kind: 'number',
    label: 'depth t',
    default: 1,
    min: 0,
    max: 1,
    why: 'the flow runs from depth 0 to depth 1',
    help: 'where the picture stands',
  },
  s: {
    kind: 'number',
    label: 'time s',
    default: 1,
    min: 0,
    max: 1,
    why: 'it is the share of the training that is over',
    help: 'where the picture of a training stands, as a share of it',
  },

  trained: {
    kind: 'integer',
    label: 'steps before',
    default: 0,
    min: 0,
    max: 2000,
    why: 'more belongs into the view `training`',
    help: 'steps of the Wasserstein gradient flow taken before anything is shown',
  },
  ds: {
    kind: 'number',
    label: 'step ds',
    default: 0.5,
    min: 0.0001,
    max: 20,
    why: 'the flow needs steps that are positive, and explicit steps beyond that are unstable',
    help: 'step of the Wasserstein gradient flow',
  },
  steps: {
    kind: 'integer',
    label: 'steps',
    default: 200,
    min: 1,
    max: 5000,
    why: 'a picture is drawn while one waits',
    help: 'steps of the training that is shown',
  },
  integrator: {
    kind: 'choice',
    label: 'integrator in s',
    default: 'euler',
    choices: ['euler', 'heun', 'rk4'],
    help: 'how the gradient flow is stepped; euler is gradient descent',
  },

  radius: {
    kind: 'number',
    label: 'radius r',
    default: 4,
    min: 0.1,
    max: 20,
    why: 'Q_r is a ball of blocks, and blocks beyond that saturate everywhere',
    help: 'of the ball Q_r in which the descent direction is sought',
  },
  lambda: {
    kind: 'number',
    label: 'λ, the share of ν',
    default: 0.1,
    min: 0,
    max: 1,
    why: '(1 - lambda) rho + lambda nu is a law for lambda in [0, 1] alone',
    special: { value: 0, words: 'the best', from: 0.001 },
    help: 'share of ν in the mixture that is drawn; 0: the best, the one that the line search finds',
  },

  order: {
    kind: 'integer',
    label: 'order K',
    default: 4,
    min: 0,
    max: 8,
    why: 'the terms beyond are round-off, and each costs as much as all before it',
    help: 'highest order of the expansion',
  },
  eps: {
    kind: 'number',
    label: 'size ε of ρ',
    default: 1,
    min: 0.001,
    max: 3,
    why: 'beyond its radius of convergence the expansion says nothing',
    help: 'by which ρ is multiplied: the small parameter of the expansion',
  },

  blocks: {
    kind: 'integer',
    label: 'blocks n',
    default: 12,
    min: 1,
    max: 64,
    why: 'beads beyond that cannot be told apart',
    help: 'particles (θ_i, τ_i) of Algorithm 1',
  },
  rate: {
    kind: 'number',
    label: 'rate of θ',
    default: 1,
    min: 0,
    max: 100,
    why: 'explicit steps beyond that are unstable',
    help: 'learning rate of θ in Algorithm 1',
  },
  tauRate: {
    kind: 'number',
    label: 'rate of τ',
    default: 0.01,
    min: 0,
    max: 10,
    why: 'steps beyond that throw every block across all others',
    help: 'learning rate of τ in Algorithm 1',
  },
  scheme: {
    kind: 'choice',
    label: 'scheme',
    default: 'mean-field',
    choices: ['mean-field', 'no-reorder', 'intervals', 'learned-step'],
    help: 'mean-field is Algorithm 1; the others are its controls',
  },
  tauStart: {
    kind: 'choice',
    label: 'start of τ',
    default: 'uniform',
    choices: ['uniform', 'random'],
    help: 'uniform: 1/n, 2/n, .., 1; random: anywhere in [0, 1]',
  },

  axisX: {
    kind: 'integer',
    label: 'axis across',
    default: 1,
    min: 0,
    max: 8,
    why: 'a block has at most nine parameters here, counted from 0',
    help: 'parameter of a block along the horizontal axis: its place in θ, counted from 0',
  },
  axisY: {
    kind: 'integer',
    label: 'axis up',
    default: 3,
    min: 0,
    max: 8,
    why: 'a block has at most nine parameters here, counted from 0',
    help: 'parameter of a block along the vertical axis: its place in θ, counted from 0',
  },
  particle: {
    kind: 'integer',
    label: 'plane through particle',
    default: 0,
    min: -1,
    max: 999,
    special: { value: -1, words: 'through the origin', from: 0 },
    why: 'particles are counted from 0; -1 is the origin',
    help: 'the plane goes through this particle of each depth; -1: through the origin',
  },

  alpha: {
    kind: 'number',
    label: 'α',
    default: 20,
    min: 0.1,
    max: 10_000,
    why: 'beyond that round-off is larger than what is trained',
    help: 'α (f − f₀) is trained in the lazy regime: the larger, the less blocks move',
  },
} as const satisfies Readonly<Record<string, Knob>>;

export type ViewKnob = keyof typeof viewKnobs;

type ValueOf<K> = K extends { readonly choices: readonly (infer C)[] }
  ? C
  : K extends { readonly kind: 'text' }
    ? string
    : number;

/** The knobs of a view as plain values. */
export type ViewState = { readonly [N in ViewKnob]: ValueOf<(typeof viewKnobs)[N]> };

/** Knobs that move a cursor over computed data without a new computation. */
export const cursorKnobs: readonly string[] = ['t', 's'] satisfies ViewKnob[];
export const dataKnobs = ['data', 'csv', 'points', 'noise', 'dataSeed'] as const;
export const rhoKnobs = ['family', 'activation', 'depth', 'particles', 'law', 'scale', 'seed'] as const;
/** Knobs of the training that precedes a view. */
export const pretrainingKnobs = ['trained', 'ds', 'integrator'] as const;
