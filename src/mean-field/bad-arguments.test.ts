import { describe, expect, it } from 'vitest';
import { Generator, grad, ops, tensor, type Tensor } from '../tensor/index.ts';
import { continuousAdjoint } from './continuous-adjoint.ts';
import { stochasticDescent, wassersteinFlow } from './dynamics/index.ts';
import { batchSampler } from './dynamics/stochastic.ts';
import { descentField } from './dynamics/descent-field.ts';
import { bottleneck, branchFamily, customFamily, type Family } from './families/index.ts';
import { energy, flowGradient, predict } from './gradient.ts';
import { integrate, slicesOf } from './integrators/index.ts';
import { kernelRidge, learningRateBound, tangentKernel, tangentKernelSize } from './kernel/index.ts';
import { gridMeasure, gridWasserstein, wasserstein } from './measures/index.ts';
import { createSchedule } from './schedules/create.ts';

const generator = new Generator(1);
const normal = (...shape: number[]): Tensor => generator.normal(shape, 'f64');
const problem = { inputs: normal(6, 2), targets: normal(6, 2) };
const family = bottleneck('tanh');
const measure = gridMeasure(normal(3, 4, 5));
const nonsense = { nonsense: 1 };
/** Passes values that the compiler would reject. */
const any = (value: unknown): never => value as never;

describe('options', () => {
  it.each<readonly [string, () => unknown]>([
    ['grad', () => grad(tensor([1]), [], any(nonsense))],
    ['slicesOf', () => slicesOf(family, measure, any(nonsense))],
    ['descentField', () => descentField(problem, family, measure, any(nonsense))],
    ['batchSampler', () => batchSampler(6, any({ batch: 2, generator, ...nonsense }))],
    ['stochasticDescent', () => stochasticDescent(problem, family, measure, any(nonsense))],
    ['tangentKernelSize', () => tangentKernelSize(problem, family, measure, any(nonsense))],
    ['createSchedule', () => createSchedule(any(nonsense))],
  ])('unknown options of %s are rejected by name', (call, run) => {
    expect(run).toThrow(`unknown option nonsense of ${call} (options: `);
  });

  it('are required where a call has no defaults', () => {
    expect(() => wassersteinFlow(problem, family, measure, any(undefined))).toThrow(
      'expected an object for the options of wassersteinFlow, got undefined',
    );
  });

  it.each(['weightRate', 'gradient', 'perturb', 'onStep'])('%s must be a function', (name) => {
    const options = any({ ds: 0.1, maxSteps: 1, [name]: 'x' });
    expect(() => wassersteinFlow(problem, family, measure, options)).toThrow(
      `expected a function for ${name}, got "x"`,
    );
  });
});

describe('a problem', () => {
  it.each([
    ['innerLoses', 'innerLosses'],
    ['read_out', 'readout'],
    ['los', 'loss'],
  ])('with the misspelt key %s is rejected', (slip, name) => {
    expect(() => energy({ ...problem, [slip]: undefined }, family, measure)).toThrow(
      `unknown part ${slip} of a problem: did you mean ${name}?`,
    );
  });

  it('may have extra keys', () => {
    const more = { ...problem, note: 'a', target: problem.targets };
    expect(energy(more, family, measure)).toBe(energy(problem, family, measure));
  });

  it.each<readonly [string, () => unknown, string]>([
    ['no object', () => energy(any(undefined), family, measure), 'for a problem, got undefined'],
    ['no family', () => predict(problem, any(undefined), measure), 'for family, got undefined'],
    ['no measure', () => predict(problem, family, any(undefined)), 'for measure, got undefined'],
    ['theta for a measure', () => predict(problem, family, any(measure.theta)), 'for measure, got Tensor'],
    [
      'a string in place of a loss',
      () => energy({ ...problem, loss: any('x') }, family, measure),
      'the loss of targets',
    ],
    ['one inner loss', () => energy({ ...problem, innerLosses: any({}) }, family, measure), 'innerLosses'],
    ['an array for theta', () => gridMeasure(any([[[1]]])), 'expected a tensor [L, M, k] for theta'],
    ['integers', () => gridMeasure(ops.zeros([1, 2, 5], 'i64')), 'theta has dtype i64'],
    ['arrays of particles', () => wasserstein(any([[1]]), any([[2]])), 'a tensor for theta of particles'],
    [
      'no weight',
      () => wasserstein(any({ theta: normal(1, 1) }), any({})),
      'a tensor for weight of particles',
    ],
    [
      'options for a scheme',
      () => continuousAdjoint(family, measure, normal(6, 2), normal(6, 2), any(nonsense)),
      'for integrator',
    ],
    ['options for a distance', () => gridWasserstein(measure, measure, any(nonsense)), 'for distance'],
  ])('%s is rejected by name', (_, run, message) => {
    expect(run).toThrow(message);
  });
});

describe('integrate', () => {
  const decay = (_: number, x: Tensor): Tensor => ops.mulScalar(x, -1);
  const start = tensor([1], { dtype: 'f64' });

  it.each([[[0, 0.5, 1]], [[1]], [undefined], [1]])('rejects %j as an interval', (interval) => {
    expect(() => integrate(decay, start, any(interval))).toThrow(
      'expected [from, to] (put intermediate times',
    );
  });

  it('reports an initial state that is not finite', () => {
    expect(() => integrate(decay, tensor([NaN], { dtype: 'f64' }), [0, 1])).toThrow(
      'found NaN or an infinite number in the start',
    );
  });

  it('takes times from typed arrays', () => {
    const lists = { saveAt: any(Float64Array.of(0.5, 1)), breaks: any(Float64Array.of(0.5)) };
    const { times, states } = integrate(decay, start, [0, 1], lists);
    expect(times).toEqual([0.5, 1]);
    expect(states[1]!.item()).toBeCloseTo(Math.exp(-1), 9);
  });
});

describe('gradients of a custom f', () => {
  const rho = gridMeasure(normal(3, 2, 2));
  const own = (value: (x: Tensor, theta: Tensor) => Tensor): Family =>
    customFamily({ parameterCount: 2, value });

  it('fail if f writes into memory that autograd has recorded', () => {
    const overwriting = own((x, theta) => {
      const product = ops.mul(x, theta);
      (x.viewTypedArray() as Float64Array).fill(7);
      return product;
    });
    const plain = own((x, theta) => ops.mul(x, theta));
    expect(energy(problem, overwriting, rho)).toBe(energy(problem, plain, rho));
    expect(() => flowGradient(problem, overwriting, rho)).toThrow('autograd does not track writes');
  });

  it('fail if autograd has recorded nothing', () => {
    const byHand = own((x) => tensor(x.toArray(), [...x.shape], { dtype: 'f64' }));
    expect(() => flowGradient(problem, byHand, rho)).toThrow('its gradients would be 0');
    const branch = branchFamily({
      stateShape: [2],
      parameters: { a: [2] },
      value: (x) => ops.zeros(x.shape, 'f64'),
    });
    expect(() => flowGradient(problem, branch, rho)).toThrow('its gradients would be 0');
  });

  it('fail if f returns a tensor that it has freed', () => {
    const freed = own((x, theta) => {
      const product = ops.mul(x, theta);
      product.dispose();
      return product;
    });
    expect(() => energy(problem, freed, rho)).toThrow(/value returned a (tensor that is )?disposed/);
  });

  it('are correct if f changes its copy through operators', () => {
    const inPlace = own((x, theta) => {
      ops.mul_(x, theta);
      return x;
    });
    const plain = own((x, theta) => ops.mul(x, theta));
    const [a, b] = [inPlace, plain].map((f) => flowGradient(problem, f, rho).theta.toArray());
    expect(a).toEqual(b);
  });
});

describe('kernels', () => {
  const kernel = tangentKernel(problem, family, measure);

  it('do not change if a callback overwrites its block', () => {
    const shown = tangentKernel(problem, family, measure, {
      onBlock: (block) => {
        ops.zero_(block);
      },
    });
    expect(shown.toArray()).toEqual(kernel.toArray());
  });

  it('reject a sample count that does not divide the rows', () => {
    expect(() => learningRateBound(kernel, 5)).toThrow(
      'a kernel of 5 samples needs a multiple of 5 rows, got 12',
    );
  });

  it.each<readonly [string, Tensor]>([
    ["[N' C, 12] with C = 2, got shape [1, 12]", ops.zeros([1, 12], 'f64')],
    ['got shape [2, 6]', ops.zeros([2, 6], 'f64')],
    ['NaN', ops.full([2, 12], NaN, 'f64')],
  ])('cross-kernels are checked: %s', (message, cross) => {
    expect(() => kernelRidge(kernel, problem.targets)(cross, 1)).toThrow(message);
  });
});
