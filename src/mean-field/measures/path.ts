/** A measure given as a function of depth, and one given step by step: what mixtures and refinements are made of. */
import { checkInteger } from '../../check.ts';
import { ops } from '../../tensor/index.ts';
import type { Particles } from '../families/index.ts';
import { breaksOf, checkSteps, type Measure } from './measure.ts';

/** rho(., t) as particles at depth t; the tensors belong to the caller's scope. */
export type DepthPath = (t: number) => Particles;

/** rho is a function of t, evaluated at stage times; stepped through in `steps` (a number: that many equal ones). */
export function pathMeasure(path: DepthPath, steps: number | readonly number[]): Measure {
  const lengths =
    typeof steps === 'number'
      ? Array.from({ length: checkInteger('steps', steps, { min: 1 }) }, () => 1 / steps)
      : steps;
  checkSteps(lengths);
  const measure: Measure = {
    steps: lengths,
    particles: (l, c) => path((breaks[l] ?? 0) + c * (lengths[l] ?? 0)),
  };
  const breaks = breaksOf(measure);
  return measure;
}

/** rho held constant in each step: the particles at the fraction c of it (0: left rule, 1/2: midpoint). */
export function heldConstant(measure: Measure, c: number): Measure {
  return { steps: measure.steps, particles: (l) => measure.particles(l, c) };
}

/** Numbers of depth closer than this are one. */
const sameDepth = 1e-12;

/** The common refinement of the depth grids of measures. */
export function commonSteps(measures: readonly Measure[]): number[] {
  const all = measures.flatMap(breaksOf).sort((a, b) => a - b);
  const breaks = all.filter((t, i) => i === 0 || t - (all[i - 1] ?? 0) > sameDepth);
  return breaks.slice(1).map((t, i) => t - (breaks[i] ?? 0));
}

/** The same measure on a finer grid, each of whose steps lies in one of the measure's; held constant in its steps. */
export function onSteps(measure: Measure, steps: readonly number[]): Measure {
  const coarse = breaksOf(measure);
  const fine = breaksOf({ ...measure, steps });
  const owner = steps.map((h, i) => {
    const middle = (fine[i] ?? 0) + h / 2;
    return Math.max(0, coarse.findIndex((t) => t > middle) - 1);
  });
  return { steps, particles: (l, c) => measure.particles(owner[l] ?? 0, c) };
}

/** (1 - lambda) rho + lambda nu, exactly, on their common grid; particles of weight 0 stay. */
export function mixture(rho: Measure, nu: Measure, lambda: number): Measure {
  return combination([
    [1 - lambda, rho],
    [lambda, nu],
  ]);
}

/** sum_i c_i rho_i on the common grid. */
export function combination(parts: readonly (readonly [number, Measure])[]): Measure {
  const steps = commonSteps(parts.map(([, measure]) => measure));
  const fine = parts.map(([factor, measure]) => [factor, onSteps(measure, steps)] as const);
  return {
    steps,
    particles(l, c) {
      const all = fine.map(([factor, measure]) => [factor, measure.particles(l, c)] as const);
      return {
        theta: ops.cat(all.map(([, { theta }]) => theta)),
        weight: ops.cat(all.map(([factor, { weight }]) => ops.mulScalar(weight, factor))),
      };
    },
  };
}
