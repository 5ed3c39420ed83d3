/** Lines of TypeScript that the code of several views starts with. */
import type { ViewState } from '../knobs.ts';
import { dataCount, featuresOf, sizeOf } from '../problem.ts';

/** The names that these lines and those of the data use, by the module that exports them. */
export const imports: Readonly<Record<string, readonly string[]>> = {
  'meanfield/data': ['makePoints'],
  'meanfield/mean-field': ['bottleneck', 'energy', 'gridMeasure', 'matrix', 'wassersteinFlow'],
  'meanfield/reference': ['drawParticles'],
  'meanfield/tensor': ['ops', 'tensor'],
};

/** The problem as tensors, the family, and rho as drawn, under the given name. */
export function setUp(state: ViewState, rho = state.trained === 0 ? 'rho' : 'start'): string[] {
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

export function drawn(state: ViewState, rho: string, changed: Partial<ViewState> = {}): string[] {
  const { law, seed, scale, depth, particles } = { ...state, ...changed };
  const sizes = `slices: ${depth}, particles: ${particles}, size: ${sizeOf(state)}`;
  return [
    `const drawn${capital(rho)} = drawParticles('${law}', { seed: ${seed}, scale: ${scale}, ${sizes} });`,
    `const ${rho} = gridMeasure(tensor(drawn${capital(rho)}.data, drawn${capital(rho)}.shape));`,
  ];
}

const capital = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

/** {@link setUp} and the training before the view. */
export function withTraining(state: ViewState): string[] {
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
