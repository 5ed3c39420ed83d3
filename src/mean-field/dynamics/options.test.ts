/** Options of the dynamics: unknown ones, ranges, progress and signals. */
import { expect, it } from 'vitest';
import { AbortError, UsageError } from '../../errors.ts';
import { Generator, liveTensorCount, ops, scope, type Tensor } from '../../tensor/index.ts';
import { bottleneck } from '../families/index.ts';
import { solve } from '../gradient.ts';
import { gridMeasure, independentSlices, smoothPaths } from '../measures/index.ts';
import {
  conditionalGradient,
  correctWeights,
  fitCostate,
  lineSearch,
  minimiseOverBall,
  steepestDirection,
  stochasticDescent,
  wassersteinFlow,
} from './index.ts';
import { functionalGradient } from '../functional-gradient.ts';

const generator = new Generator(5);
const normal = (...shape: number[]): Tensor => generator.normal(shape, 'f64');
const d = 2;
const family = bottleneck();
const problem = { inputs: normal(6, d), targets: normal(6, d) };
const measure = gridMeasure(normal(3, 4, 5));
const solution = solve(problem, family, measure);
const ball = { radius: 2, generator, starts: 4, steps: 3 };
const frank = { ...ball, rounds: 3 };
const stochastic = { ds: 0.01, maxSteps: 5, batch: 2, generator };
const gradient = functionalGradient(solution, 0);

/** Each long call, with extra options. */
const calls: Readonly<Record<string, (more: object) => unknown>> = {
  wassersteinFlow: (more) => wassersteinFlow(problem, family, measure, { ds: 0.01, maxSteps: 5, ...more }),
  conditionalGradient: (more) => conditionalGradient(problem, family, measure, { ...frank, ...more }),
  steepestDirection: (more) => steepestDirection(solution, { ...ball, ...more }),
  minimiseOverBall: (more) => minimiseOverBall(gradient, 5, { ...ball, ...more }),
  lineSearch: (more) => lineSearch(problem, family, () => measure, more),
  correctWeights: (more) => correctWeights(problem, family, measure, 4, more),
};
const names = Object.keys(calls);

it.each(names)('%s reports progress, stops on an abort signal and leaks no tensors', (name) => {
  scope(() => {
    const call = calls[name]!;
    const reported: number[] = [];
    call({
      onProgress: ({ done, total }: { done: number; total?: number }) => {
        reported.push(done);
        if (total !== undefined) expect(done).toBeLessThanOrEqual(total);
      },
    });
    expect(reported.length).toBeGreaterThan(2);
    expect(reported).toEqual([...reported].sort((a, b) => a - b));
    const controller = new AbortController();
    let count = 0;
    const stop = {
      signal: controller.signal,
      onProgress: () => {
        if (++count === 2) controller.abort();
      },
    };
    const before = liveTensorCount();
    expect(() => call(stop)).toThrow(new AbortError(`${name} was aborted`));
    expect(count).toBe(2);
    expect(() => call(stop)).toThrow(AbortError);
    expect(liveTensorCount()).toBe(before);
  });
});

it('stochastic descent stops and reports progress as the flow does', () => {
  scope(() => {
    const reported: number[] = [];
    const onProgress = ({ done }: { done: number }): void => {
      reported.push(done);
    };
    stochasticDescent(problem, family, measure, { ...stochastic, onProgress });
    expect(reported).toEqual([0, 1, 2, 3, 4, 5]);
    const aborted = { ...stochastic, signal: AbortSignal.abort() };
    expect(() => stochasticDescent(problem, family, measure, aborted)).toThrow(
      new AbortError('stochasticDescent was aborted'),
    );
  });
});

it.each(names)('%s rejects unknown options', (name) => {
  expect(() => calls[name]!({ onProgres: () => undefined })).toThrow(
    `unknown option onProgres of ${name}: did you mean onProgress?`,
  );
});

it.each([
  ['wassersteinFlow', { until: NaN }, 'expected a number >= 0 for until, got NaN'],
  ['wassersteinFlow', { until: -1 }, 'expected a number >= 0 for until, got -1'],
  ['wassersteinFlow', { targetLoss: NaN }, 'expected a number for targetLoss, got NaN'],
  ['wassersteinFlow', { targetLoss: '0.1' }, 'expected a number for targetLoss, got "0.1" (string)'],
  ['wassersteinFlow', { minDissipation: NaN }, 'expected a number for minDissipation, got NaN'],
  ['wassersteinFlow', { maxSteps: -1 }, 'expected an integer >= 0 for maxSteps, got -1'],
  ['wassersteinFlow', { maxSteps: 2.5 }, 'for maxSteps, got 2.5'],
  ['wassersteinFlow', { ds: 0 }, 'expected a finite number > 0 for ds, got 0'],
  [
    'wassersteinFlow',
    { tolerances: { relativ: 1 } },
    'unknown option relativ of wassersteinFlow: tolerances',
  ],
  [
    'wassersteinFlow',
    { tolerances: { relative: 1 } },
    'tolerances apply only to the method adaptive: euler takes fixed steps of length ds',
  ],
  [
    'wassersteinFlow',
    { method: 'rk4', tolerances: {} },
    'tolerances apply only to the method adaptive: rk4 takes',
  ],
  [
    'wassersteinFlow',
    { method: 'adaptive', perturb: () => undefined },
    'perturb applies only to methods with fixed',
  ],
  [
    'wassersteinFlow',
    { weightRate: () => 3 },
    'weightRate returned 3 (number), expected a tensor of f64 [3, 4]',
  ],
  ['conditionalGradient', { targetLoss: NaN }, 'expected a number for targetLoss, got NaN'],
  ['conditionalGradient', { rounds: -1 }, 'expected an integer >= 0 for rounds, got -1'],
  ['lineSearch', { sections: -1 }, 'expected an integer >= 0 for sections, got -1'],
  ['lineSearch', { halvings: 0.5 }, 'expected an integer >= 0 for halvings, got 0.5'],
  ['correctWeights', { eta: 0 }, 'expected a finite number > 0 for eta, got 0'],
])('%s rejects %j', (name, more, message) => {
  expect(() => calls[name]!(more)).toThrow(UsageError);
  expect(() => calls[name]!(more)).toThrow(message);
});

it('limits that are never reached are allowed', () => {
  const { reason } = wassersteinFlow(problem, family, measure, {
    ds: 0.01,
    maxSteps: 2,
    until: Infinity,
    targetLoss: -Infinity,
    minDissipation: -Infinity,
  });
  expect(reason).toBe('steps');
});

it('costate fits and laws reject unknown options, and custom laws are checked', () => {
  const fit = { count: 3, generator };
  expect(() => fitCostate(problem.inputs, problem.targets, { ...fit, cutof: 1 } as never)).toThrow(
    'unknown option cutof of fitCostate: did you mean cutoff?',
  );
  const law = (result: unknown) => () => independentSlices((() => result) as never, generator, 2, 3, 4);
  expect(law(undefined)).toThrow(
    'the law returned undefined (is a return missing?), expected a tensor [6, 4]',
  );
  expect(law(normal(3, 4))).toThrow('the law returned shape [3, 4], expected a tensor [6, 4]');
  expect(() => smoothPaths((() => Promise.resolve()) as never, generator, 2, 3)).toThrow(
    'the law returned a promise: it must be synchronous',
  );
  expect(() => independentSlices('normal' as never, generator, 2, 3, 4)).toThrow(
    'expected a law, such as gaussian()',
  );
  expect(ops.sum(measure.weight).item()).toBeCloseTo(3, 14);
});
