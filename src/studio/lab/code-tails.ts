/** The code that computes each number from `inputs` and `targets` and ends with `value`. */
import type { LabState, ViewName } from './knobs.ts';
import { dataCount, featuresOf, sizeOf } from './problem.ts';
import { minimisation } from './views/descent.ts';

type Tail = (state: LabState) => string[];

/** The problem as tensors, the family, and rho as drawn, under the given name. */
function setUp(state: LabState, rho = state.trained === 0 ? 'rho' : 'start'): string[] {
  const { family, activation } = state;
  const count = dataCount(state);
  const points = `tensor(inputs, [${count}, 2])`;
  return [
    'const problem = {',
    `  inputs: ${family === 'bottleneck' ? points : `ops.constantPadNd(${points}, [0, 1], 1)`},`,
    `  targets: tensor(targets, [${count}, 1]),`,
    // The height of a point at depth 1 is its prediction.
    `  readout: tensor(Float64Array.of(${family === 'bottleneck' ? '0, 1' : '0, 1, 0'}), [1, ${featuresOf(state)}]),`,
    '};',
    `const blocks = ${family}('${activation}');`,
    ...drawn(state, rho),
  ];
}

function drawn(state: LabState, rho: string, changed: Partial<LabState> = {}): string[] {
  const { law, seed, scale, depth, particles } = { ...state, ...changed };
  const sizes = `slices: ${depth}, particles: ${particles}, size: ${sizeOf(state)}`;
  return [
    `const drawn${capital(rho)} = drawParticles('${law}', { seed: ${seed}, scale: ${scale}, ${sizes} });`,
    `const ${rho} = gridMeasure(tensor(drawn${capital(rho)}.data, drawn${capital(rho)}.shape));`,
  ];
}

const capital = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

/** {@link setUp} and the training before the view. */
function withTraining(state: LabState): string[] {
  const { trained, ds, integrator } = state;
  if (trained === 0) return setUp(state);
  return [
    ...setUp(state),
    `const { measure: rho } = wassersteinFlow(problem, blocks, start, {`,
    `  ds: ${ds},`,
    `  maxSteps: ${trained},`,
    `  method: '${integrator}',`,
    '});',
  ];
}

const stepping = ({ ds, steps }: LabState): string => `{ ds: ${ds}, maxSteps: ${steps} }`;
const root = ({ depth, particles }: LabState): string => `Math.sqrt(${depth * particles})`;

const flow: Record<string, Tail> = {
  loss: (state) => [...withTraining(state), 'const value = energy(problem, blocks, rho);'],
  accuracy: (state) => [
    ...withTraining(state),
    'const heights = predict(problem, blocks, rho).toArray();',
    'const value = heights.filter((height, n) => height * targets[n]! > 0).length / heights.length;',
  ],
  euler: (state) => [
    ...setUp({ ...state, trained: 0 }),
    ...drawn(state, 'fine', { depth: 8 * state.depth }),
    'const [coarse, ode] = [rho, fine].map((measure) => solveFlow(problem, blocks, measure).at(-1)!);',
    `const value = ops.norm(ops.sub(coarse!, ode!)).item() / Math.sqrt(${dataCount(state)});`,
  ],
};

const costate: Record<string, Tail> = {
  ratio: (state) => [
    ...withTraining(state),
    'const { states, costates } = solve(problem, blocks, rho);',
    'let [value, bound] = [Infinity, ops.norm(costates.at(-1)!).item()];',
    `for (let l = ${state.depth - 1}; l >= 0; l--) {`,
    '  const rates = spectralNorms(jacobians(blocks, states[l]!, rho.particles(l, 0)));',
    '  bound *= Math.max(0, 1 - rho.steps[l]! * ops.max(rates).item());',
    '  value = Math.min(value, ops.norm(costates[l]!).item() / bound);',
    '}',
  ],
  norm: (state) => [
    ...withTraining(state),
    'const { costates } = solve(problem, blocks, rho);',
    `const value = ops.norm(costates[0]!).item() / Math.sqrt(${dataCount(state)});`,
  ],
};

const gradient: Record<string, Tail> = {
  dissipation: (state) => [
    ...withTraining(state),
    'const value = descentField(problem, blocks, rho)(rho).dissipation;',
  ],
  cosine: (state) => [
    ...withTraining(state),
    '// G at all particles, up to a factor: of the ResNet, and of the two-layer network (inputs, costate of depth 1).',
    'const { states, costates, weight: deep } = flowGradient(problem, blocks, rho);',
    'const flat = rho.steps.map((_, l) =>',
    '  blocks.pullback(states[0]!, rho.particles(l, 0), costates.at(-1)!, { weight: true }),',
    ');',
    'const shallow = ops.stack(flat.map(({ weight }) => weight!));',
    'const along = ops.sum(ops.mul(deep, shallow)).item();',
    'const value = along / (ops.norm(deep).item() * ops.norm(shallow).item());',
  ],
};

const direction = (state: LabState): string[] => [
  ...withTraining(state),
  `const starts = drawStarts({ seed: ${state.seed + 1000}, radius: ${state.radius}, count: ${minimisation.starts}, size: ${sizeOf(state)} });`,
  'const solution = solve(problem, blocks, rho);',
  'const direction = steepestDirection(solution, {',
  `  radius: ${state.radius},`,
  '  starts: tensor(starts.data, starts.shape),',
  `  steps: ${minimisation.steps},`,
  '});',
];
const descent: Record<string, Tail> = {
  gap: (state) => [...direction(state), 'const value = direction.gap;'],
  slope: (state) => [
    ...direction(state),
    'const there = energy(problem, blocks, insertParticles(rho, direction.theta, 1e-4));',
    'const value = (there - solution.loss) / (1e-4 * direction.gap);',
  ],
};

const shown = (state: LabState): string[] => [
  ...withTraining(state),
  'const end = wassersteinFlow(problem, blocks, rho, {',
  `  ds: ${state.ds},`,
  `  maxSteps: ${state.steps},`,
  `  method: '${state.integrator}',`,
  '});',
];
const training: Record<string, Tail> = {
  loss: (state) => [...shown(state), 'const value = end.loss;'],
  defect: (state) => [
    ...shown(state),
    'const fallen = energy(problem, blocks, rho) - end.loss;',
    'const value = Math.abs(fallen - end.dissipated) / Math.abs(fallen);',
  ],
};

const untrained = (state: LabState): string[] => setUp(state, 'rho');
const regimes: Record<string, Tail> = {
  meanField: (state) => [
    ...untrained(state),
    `const value = wassersteinFlow(problem, blocks, rho, ${stepping(state)}).loss;`,
  ],
  linearised: (state) => [
    ...untrained(state),
    'const kernel = tangentKernel(problem, blocks, rho);',
    'const model = linearisedModel(kernel, predict(problem, blocks, rho), problem.targets);',
    `const value = squaredLoss.value(model.after(${state.steps}, ${state.ds}), problem.targets).item();`,
  ],
  movement: (state) => [
    ...untrained(state),
    `const { measure } = wassersteinFlow(problem, blocks, rho, ${stepping(state)});`,
    `const value = ops.norm(ops.sub(measure.theta, rho.theta)).item() / ${root(state)};`,
  ],
  lazyMovement: (state) => [
    ...untrained(state),
    `const lazy = lazyProblem(problem, blocks, rho, ${state.alpha});`,
    `const { measure } = wassersteinFlow(lazy, blocks, rho, ${stepping(state)});`,
    `const value = ops.norm(ops.sub(measure.theta, rho.theta)).item() / ${root(state)};`,
  ],
  alignmentEnd: (state) => [
    ...untrained(state),
    `const { measure } = wassersteinFlow(problem, blocks, rho, ${stepping(state)});`,
    'const kernel = tangentKernel(problem, blocks, measure);',
    'const outer = ops.mm(problem.targets, ops.transpose(problem.targets, 0, 1));',
    'const along = ops.sum(ops.mul(kernel, outer)).item();',
    'const value = along / (ops.norm(kernel).item() * ops.norm(outer).item());',
  ],
};

/** The remainder after orders 0 .. `order`. */
const left =
  (orderOf: (state: LabState) => number): Tail =>
  (state) => [
    ...withTraining(state),
    `const scaled = rho.withWeight(ops.mulScalar(rho.weight, ${state.eps}));`,
    'const exact = solveFlow(problem, blocks, scaled).at(-1)!;',
    `const orders = expandFlow(problem, blocks, rho, ${orderOf(state)});`,
    `const sum = orders.reduce((all, term, k) => ops.add(all, term, ${state.eps} ** k));`,
    'const size = ops.norm(ops.sub(exact, orders[0]!)).item();',
    'const value = ops.norm(ops.sub(exact, sum)).item() / size;',
  ];
const expansion: Record<string, Tail> = {
  error: left(({ order }) => order),
  first: left(({ order }) => Math.min(order, 1)),
};

/** Initial positions of the blocks, in the scheme's terms. */
function scheduleLines({ blocks, scheme, tauStart, seed }: LabState): string[] {
  const ends = `const ends = Float64Array.from({ length: ${blocks} }, (_, i) => (i + 1) / ${blocks});`;
  if (scheme === 'learned-step')
    return [`const schedule = { step: new Float64Array(${blocks}).fill(1 / ${blocks}) };`];
  const random = [
    `const uniform = seededUniform(${seed + 2000});`,
    `const tau = Float64Array.from({ length: ${blocks} }, uniform)${scheme === 'no-reorder' ? '.sort()' : ''};`,
  ];
  if (scheme === 'intervals') {
    const begin =
      tauStart === 'random' ? random : [ends, `const tau = ends.map((end) => end - 1 / ${blocks});`];
    return [...begin, `const schedule = { tau, tauEnd: tau.map((begin) => begin + 1 / ${blocks}) };`];
  }
  return tauStart === 'random'
    ? [...random, 'const schedule = { tau };']
    : [ends, 'const schedule = { tau: ends };'];
}

const algorithmLoss: Tail = (state) => {
  const count = dataCount(state);
  const flat = state.family === 'bottleneck';
  const d = featuresOf(state);
  const { law, seed, scale, blocks, steps, scheme, rate, tauRate } = state;
  return [
    'const problem = {',
    flat
      ? `  inputs: denseArray([${count}, 2], inputs),`
      : `  inputs: denseArray([${count}, 3], [...targets].flatMap((_, n) => [inputs[2 * n]!, inputs[2 * n + 1]!, 1])),`,
    `  targets: denseArray([${count}, 1], targets),`,
    `  embedding: denseArray([${d}, ${d}], ${flat ? '[1, 0, 0, 1]' : '[1, 0, 0, 0, 1, 0, 0, 0, 1]'}),`,
    `  readout: denseArray([1, ${d}], ${flat ? '[0, 1]' : '[0, 1, 0]'}),`,
    '};',
    `const drawn = drawParticles('${law}', { seed: ${seed}, scale: ${scale}, slices: ${blocks}, particles: 1, size: ${sizeOf(state)} });`,
    `const theta = denseArray([${blocks}, ${sizeOf(state)}], drawn.data);`,
    ...scheduleLines(state),
    `const options = { scheme: '${scheme}', rate: ${rate}, tauRate: ${tauRate}, steps: ${steps} } as const;`,
    `const blocks = family('${state.family}', '${state.activation}');`,
    'const value = algorithmOne(problem, blocks, theta, schedule, options).loss;',
  ];
};
const algorithm: Record<string, Tail> = { loss: algorithmLoss };

export const tails: Readonly<Record<ViewName, Readonly<Record<string, Tail>>>> = {
  flow,
  costate,
  gradient,
  descent,
  training,
  regimes,
  expansion,
  algorithm,
};
