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

interface TextKnob extends Shown {
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
    help: 'distribution of the points in the plane; csv: your own points',
  },
  csv: {
    kind: 'text',
    label: 'own points',
    default: '',
    maxLength: 20_000,
    why: 'the URL contains the whole state',
    help: 'a table with the columns x1, x2 and y or class, separated by commas, semicolons, tabs or spaces; columns are found by name, or are the only three',
  },
  points: {
    kind: 'integer',
    label: 'points N',
    default: 200,
    min: 4,
    max: 1000,
    why: 'more points cannot be told apart in a picture',
    help: 'number of points (csv: a sample of this size, spread over the file)',
  },
  noise: {
    kind: 'number',
    label: 'noise',
    default: 0.05,
    min: 0,
    max: 1,
    why: 'the data sets have a size of about 1',
    help: 'standard deviation of the noise on the points (single-index: on the targets)',
  },
  dataSeed: {
    kind: 'integer',
    label: 'seed of the data',
    default: -1,
    min: -1,
    max: 999_999_999,
    special: { value: -1, words: 'same as the seed of ρ', from: 0 },
    why: `${seeds}; -1 uses the seed of ρ`,
    help: 'seed of the points; -1: same as --seed',
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
    help: 'activation function; relu is not smooth, so no order of convergence is guaranteed',
  },
  depth: {
    kind: 'integer',
    label: 'depth L',
    default: 20,
    min: 1,
    max: 200,
    why: 'deeper flows do not differ visibly from the ODE',
    help: 'number of steps in depth',
  },
  particles: {
    kind: 'integer',
    label: 'particles M',
    default: 32,
    min: 1,
    max: 1000,
    why: 'with more particles the mean over blocks does not change visibly',
    help: 'number of blocks at each depth',
  },
  law: {
    kind: 'choice',
    label: 'law of ρ',
    default: 'gaussian',
    choices: particleLaws,
    help: 'initial distribution of the blocks: independent at each depth, or smooth in depth; zero: all at 0, where an odd σ is stuck',
  },
  scale: {
    kind: 'number',
    label: 'scale of ρ',
    default: 1,
    min: 0,
    max: 10,
    why: 'larger blocks saturate everywhere',
    help: 'standard deviation of the blocks (ball, sphere: radius)',
  },
  seed: {
    kind: 'integer',
    label: 'seed',
    default: 1,
    min: 0,
    max: 999_999_999,
    why: seeds,
    help: 'seed of the blocks, of the starting points and of the data',
  },

  t: {
    kind: 'number',
    label: 'depth t',
    default: 1,
    min: 0,
    max: 1,
    why: 'the flow runs from depth 0 to depth 1',
    help: 'depth shown in the picture',
  },
  s: {
    kind: 'number',
    label: 'time s',
    default: 1,
    min: 0,
    max: 1,
    why: 'it is a fraction of the training',
    help: 'training time shown in the picture, as a fraction of the training',
  },

  trained: {
    kind: 'integer',
    label: 'steps before',
    default: 0,
    min: 0,
    max: 2000,
    why: 'use the view `training` for longer trainings',
    help: 'steps of the Wasserstein gradient flow before the view starts',
  },
  ds: {
    kind: 'number',
    label: 'step ds',
    default: 0.5,
    min: 0.0001,
    max: 20,
    why: 'steps must be positive, and larger explicit steps are unstable',
    help: 'step size of the Wasserstein gradient flow',
  },
  steps: {
    kind: 'integer',
    label: 'steps',
    default: 200,
    min: 1,
    max: 5000,
    why: 'the picture is computed interactively',
    help: 'number of training steps',
  },
  integrator: {
    kind: 'choice',
    label: 'integrator in s',
    default: 'euler',
    choices: ['euler', 'heun', 'rk4'],
    help: 'method that integrates the gradient flow; euler is gradient descent',
  },

  radius: {
    kind: 'number',
    label: 'radius r',
    default: 4,
    min: 0.1,
    max: 20,
    why: 'the radius must be positive, and larger blocks saturate everywhere',
    help: 'radius of the ball Q_r that is searched for the descent direction',
  },
  lambda: {
    kind: 'number',
    label: 'λ, the share of ν',
    default: 0.1,
    min: 0,
    max: 1,
    why: '(1 - lambda) rho + lambda nu is a distribution only for lambda in [0, 1]',
    special: { value: 0, words: 'the best', from: 0.001 },
    help: 'share of ν in the mixture shown; 0: the minimiser found by the line search',
  },

  order: {
    kind: 'integer',
    label: 'order K',
    default: 4,
    min: 0,
    max: 8,
    why: 'higher orders are below round-off, and each costs as much as all lower ones',
    help: 'highest order of the expansion',
  },
  eps: {
    kind: 'number',
    label: 'size ε of ρ',
    default: 1,
    min: 0.001,
    max: 3,
    why: 'the expansion does not converge for larger values',
    help: 'factor on ρ, the small parameter of the expansion',
  },

  blocks: {
    kind: 'integer',
    label: 'blocks n',
    default: 12,
    min: 1,
    max: 64,
    why: 'more beads cannot be told apart',
    help: 'number of particles (θ_i, τ_i) of Algorithm 1',
  },
  rate: {
    kind: 'number',
    label: 'rate of θ',
    default: 1,
    min: 0,
    max: 100,
    why: 'larger explicit steps are unstable',
    help: 'learning rate of θ in Algorithm 1',
  },
  tauRate: {
    kind: 'number',
    label: 'rate of τ',
    default: 0.01,
    min: 0,
    max: 10,
    why: 'larger steps move every block past all others',
    help: 'learning rate of τ in Algorithm 1',
  },
  scheme: {
    kind: 'choice',
    label: 'scheme',
    default: 'mean-field',
    choices: ['mean-field', 'no-reorder', 'intervals', 'learned-step'],
    help: 'mean-field is Algorithm 1; the others are controls',
  },
  tauStart: {
    kind: 'choice',
    label: 'start of τ',
    default: 'uniform',
    choices: ['uniform', 'random'],
    help: 'initial positions; uniform: 1/n, 2/n, .., 1; random: uniform on [0, 1]',
  },

  axisX: {
    kind: 'integer',
    label: 'axis across',
    default: 1,
    min: 0,
    max: 8,
    why: 'a block has at most nine parameters, counted from 0',
    help: 'parameter of a block on the horizontal axis: its index in θ, from 0',
  },
  axisY: {
    kind: 'integer',
    label: 'axis up',
    default: 3,
    min: 0,
    max: 8,
    why: 'a block has at most nine parameters, counted from 0',
    help: 'parameter of a block on the vertical axis: its index in θ, from 0',
  },
  particle: {
    kind: 'integer',
    label: 'plane through particle',
    default: 0,
    min: -1,
    max: 999,
    special: { value: -1, words: 'through the origin', from: 0 },
    why: 'particles are counted from 0; -1 is the origin',
    help: 'the plane passes through this particle at each depth; -1: through the origin',
  },

  alpha: {
    kind: 'number',
    label: 'α',
    default: 20,
    min: 0.1,
    max: 10_000,
    why: 'for larger values round-off exceeds the trained change',
    help: 'the lazy regime trains α (f − f₀): the larger α, the less the blocks move',
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
