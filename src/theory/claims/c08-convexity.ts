/** C8: the loss of a two-layer mean-field network is convex in rho; that of a ResNet is not. */
import {
  bottleneck,
  customFamily,
  energy,
  gridMeasure,
  type GridMeasure,
  type Measure,
  mixture,
  type Problem,
} from '../../mean-field/index.ts';
import { type Generator, ops, scope, tensor, type Tensor } from '../../tensor/index.ts';
import { atLeast, atMost, within } from '../check.ts';
import type { Claim, ClaimContext } from '../claim.ts';

type Energy = typeof energy;

export const c8: Claim<{ energy: Energy }> = {
  id: 'C8',
  title: 'The two-layer loss is convex in rho, the ResNet loss is not',
  statement:
    'For one step in depth, E((1 - lambda) rho_0 + lambda rho_1) lies below the chord by lambda (1 - lambda) / 2 mean abs(W1 (F_1 - F_0))^2.',
  parts: { energy },
  measure(setting, parts) {
    const net = deepExample(parts.energy);
    return {
      sentence:
        'Between any two laws of blocks, the loss of a network with one hidden layer is a parabola; that of a deep network with f = theta x, y = 8 rises above its chord.',
      checks: [
        atMost(
          {
            name: 'chord minus E against its formula, relative error',
            measured: chordError(setting, parts.energy),
          },
          1e-13,
        ),
        within({ name: 'f = theta x, y = 8: E between theta = -1 and 1', measured: net.middle }, 24.5, 1e-6),
        within(
          { name: 'f = theta x, y = 8: chord at the same point', measured: net.chord },
          net.exactChord,
          1e-6,
        ),
        atLeast({ name: 'E / chord (above 1: not convex)', measured: net.middle / net.chord }, 1),
      ],
      panels: [
        {
          title: 'E between two laws of blocks: f = theta x, y = 8',
          x: { title: 'lambda' },
          y: { title: 'E' },
          series: [
            { name: 'ResNet', points: net.deep, mark: 'line' },
            { name: 'ResNet, chord', points: net.deepChord, predicted: true },
            { name: 'two-layer network', points: net.flat, mark: 'line' },
            { name: 'two-layer network, chord', points: net.flatChord, predicted: true },
          ],
        },
      ],
    };
  },
};

/** The largest violation over random pairs and lambda, with one step of depth. */
function chordError({ draw, quick }: ClaimContext, energyOf: Energy): number {
  const errors = Array.from({ length: quick ? 20 : 200 }, (_, i) =>
    scope(() => {
      const { problem, rho, nu, state } = pair(draw(i));
      const family = bottleneck(i % 2 ? 'relu' : 'tanh');
      const at = (lambda: number): number => energyOf(problem, family, mixture(rho, nu, lambda));
      const [from, to] = [at(0), at(1)];
      const change = ops.sub(
        family.velocity(state, nu.particles(0, 0)),
        family.velocity(state, rho.particles(0, 0)),
      );
      const difference = ops.mm(change, ops.transpose(problem.readout!, 0, 1));
      const square = ops.sum(ops.mul(difference, difference)).item() / difference.shape[0]!;
      const lambda = draw(5000 + i)
        .uniform([1], 'f64')
        .item();
      const below = (1 - lambda) * from + lambda * to - at(lambda);
      return Math.abs(below - (lambda * (1 - lambda) * square) / 2) / Math.max(from, to, square);
    }),
  );
  return Math.max(...errors);
}

function pair(generator: Generator): { problem: Problem; rho: GridMeasure; nu: GridMeasure; state: Tensor } {
  const [samples, d, outputs, particles] = [10, 3, 2, 6];
  const normal = (...shape: number[]): Tensor => generator.normal(shape, 'f64');
  const state = normal(samples, d);
  const theta = (): Tensor => normal(1, particles, 2 * d + 1);
  return {
    state,
    problem: { inputs: state, targets: normal(samples, outputs), readout: normal(outputs, d) },
    rho: gridMeasure(theta()),
    nu: gridMeasure(theta()),
  };
}

/** x = 1, y = 8, f = theta x, theta = -1 and 1. dX/dt = m X gives E = 1/2 (e^m - 8)^2: 24.5 at m = 0. */
function deepExample(energyOf: Energy): {
  middle: number;
  chord: number;
  exactChord: number;
} & Record<'deep' | 'deepChord' | 'flat' | 'flatChord', [number, number][]> {
  const family = customFamily({ name: 'scaling', parameterCount: 1, value: (x, theta) => ops.mul(x, theta) });
  const one = (value: number): Tensor => tensor([value], [1, 1], { dtype: 'f64' });
  const problem = { inputs: one(1), targets: one(8) };
  const constant = (value: number, steps: number): Measure =>
    gridMeasure(tensor(new Float64Array(steps).fill(value), [steps, 1, 1]));
  const along = (steps: number, integrator: 'euler' | 'dopri5'): [number, number][] =>
    Array.from({ length: 41 }, (_, i) => {
      const lambda = i / 40;
      const rho = mixture(constant(-1, steps), constant(1, steps), lambda);
      return [lambda, scope(() => energyOf(problem, family, rho, { integrator }))];
    });
  const chordOf = (line: readonly [number, number][]): [number, number][] => [line[0]!, line.at(-1)!];
  const deep = along(10, 'dopri5');
  const flat = along(1, 'euler');
  const half = (m: number): number => (Math.exp(m) - 8) ** 2 / 2;
  return {
    deep,
    flat,
    deepChord: chordOf(deep),
    flatChord: chordOf(flat),
    middle: deep[20]?.[1] ?? NaN,
    chord: ((deep[0]?.[1] ?? NaN) + (deep.at(-1)?.[1] ?? NaN)) / 2,
    exactChord: (half(-1) + half(1)) / 2,
  };
}
