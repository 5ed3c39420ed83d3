/** Measures given as a function of depth or step by step: the basis of mixtures and refinements. */
import { checkInteger, checkList, checkNumber, unexpected } from '../../check.ts';
import { checkMeasure, checkMeasures } from '../check-kinds.ts';
import { UsageError } from '../../errors.ts';
import { ops, scope } from '../../tensor/index.ts';
import type { Particles } from '../families/index.ts';
import {
  breaksOf,
  checkedParticles,
  checkStep,
  depthRounding,
  joined,
  type Measure,
  copySteps,
} from './measure.ts';

/** rho(., t) as particles at depth t; the caller's scope owns the tensors. */
export type DepthPath = (t: number) => Particles;

/**
 * A measure from rho as a function of t, evaluated at stage times, on a grid of `steps` (a number: that many equal
 * steps).
 *
 * @throws UsageError for invalid steps; later, if `path` does not return particles
 */
export function pathMeasure(path: DepthPath, steps: number | ArrayLike<number>): Measure {
  if (typeof path !== 'function') throw unexpected('a function of depth', 'the path of a measure', path);
  const lengths =
    typeof steps === 'number'
      ? Array.from({ length: checkInteger('steps', steps, { min: 1 }) }, () => 1 / steps)
      : steps;
  const own = copySteps(lengths);
  const measure: Measure = {
    steps: own,
    particles(l, c) {
      checkStep(l, own);
      checkNumber('the fraction of a step', c);
      const t = (breaks[l] ?? 0) + c * (own[l] ?? 0);
      return checkedParticles(`the path of a measure at t = ${t}`, path(t));
    },
  };
  const breaks = breaksOf(measure);
  return measure;
}

/**
 * rho held constant in each step, at its value at the fraction c of the step (0: left rule, 1/2: midpoint).
 *
 * @throws UsageError unless c lies in [0, 1]
 */
export function piecewiseConstant(measure: Measure, c: number): Measure {
  checkMeasure(measure);
  checkNumber('the fraction of a step', c, { min: 0, max: 1 });
  return { steps: measure.steps, particles: (l) => measure.particles(l, c) };
}

/** The common refinement of the depth grids of measures. @throws UsageError unless every entry is a measure */
export function commonSteps(measures: readonly Measure[]): number[] {
  checkMeasures(measures);
  const all = measures.flatMap(breaksOf).sort((a, b) => a - b);
  const rounding = depthRounding(all);
  const breaks = all.filter((t, i) => i === 0 || t - (all[i - 1] ?? 0) > rounding);
  return breaks.slice(1).map((t, i) => t - (breaks[i] ?? 0));
}

/**
 * The same measure on a finer grid: a grid measure is constant in its own steps, a path is evaluated at the same
 * depths. Beyond the end of the measure there is no mass (weights of 0).
 *
 * @throws UsageError unless each new step lies in one of the measure's, or beyond its end
 */
export function refineSteps(measure: Measure, lengths: ArrayLike<number>): Measure {
  checkMeasure(measure);
  const steps = copySteps(lengths);
  const coarse = breaksOf(measure);
  const fine = breaksOf({ steps });
  const rounding = Math.max(depthRounding(coarse), depthRounding(fine));
  const places = steps.map((h, i) => {
    const [from, to] = [fine[i]!, fine[i + 1]!];
    const next = coarse.findIndex((t) => t > from + h / 2);
    if (next < 0) return undefined;
    const [start, end] = [coarse[next - 1]!, coarse[next]!];
    if (start > from + rounding || end < to - rounding)
      throw new UsageError(`the step [${from}, ${to}] in depth does not lie within one step of the measure`);
    const whole = measure.steps[next - 1]!;
    return { owner: next - 1, begin: (from - start) / whole, share: h / whole };
  });
  return {
    steps,
    particles(l, c) {
      checkStep(l, steps);
      const place = places[l];
      if (place) return measure.particles(place.owner, place.begin + c * place.share);
      return scope(() => {
        const { theta, weight } = measure.particles(measure.steps.length - 1, 1);
        return { theta, weight: ops.mulScalar(weight, 0) };
      });
    },
  };
}

/**
 * (1 - lambda) rho + lambda nu, exactly, on their common grid; keeps particles of weight 0.
 *
 * @throws UsageError for a lambda that is not finite, or particles of different k
 */
export function mixture(rho: Measure, nu: Measure, lambda: number): Measure {
  checkNumber('lambda', lambda);
  return combination([
    [1 - lambda, rho],
    [lambda, nu],
  ]);
}

/**
 * sum_i c_i rho_i on the common grid.
 *
 * @throws UsageError without measures, for factors that are not finite, or for particles of different k
 */
export function combination(parts: readonly (readonly [number, Measure])[]): Measure {
  checkList('the parts of a combination', parts);
  if (parts.length === 0) throw new UsageError('a combination needs at least one measure');
  parts.forEach((part, i) => {
    const [factor, measure] = checkList(`part ${i} of a combination, [factor, measure]`, part);
    checkNumber(`factor ${i} of a combination`, factor);
    checkMeasure(measure, `measure ${i} of a combination`);
  });
  const steps = commonSteps(parts.map(([, measure]) => measure));
  const fine = parts.map(([factor, measure]) => [factor, refineSteps(measure, steps)] as const);
  return {
    steps,
    particles: (l, c) =>
      scope(() => {
        return joined(
          fine.map(([factor, measure]) => {
            const { theta, weight } = measure.particles(l, c);
            return { theta, weight: ops.mulScalar(weight, factor) };
          }),
        );
      }),
  };
}
