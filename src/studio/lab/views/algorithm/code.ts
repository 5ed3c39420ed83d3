import type { ViewState } from '../../knobs.ts';
import { dataCount, featuresOf, sizeOf } from '../../problem.ts';
import type { CodeOf } from '../view.ts';

export const imports = {
  'meanfield/reference': ['algorithmOne', 'denseArray', 'family', 'seededUniform'],
};

/** Initial positions of the blocks, in the scheme's terms. */
function scheduleLines({ blocks, scheme, tauStart, seed }: ViewState): string[] {
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

const algorithmLoss: CodeOf = (state) => {
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
export const code = { loss: algorithmLoss };
