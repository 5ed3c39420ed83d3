/**
 * Checks that an argument is a family, a measure, a solution or a list of slices, by its properties (duck typing).
 */
import { checkList, checkObject } from '../check.ts';

const hasParts = (what: string, name: string, value: unknown, ...parts: readonly string[]): void => {
  checkObject(what, name, value as Record<string, unknown>, ...parts);
};

/** @throws UsageError unless `family` is a family of functions */
export function checkFamily(family: unknown): void {
  hasParts("a family, such as bottleneck('tanh')", 'family', family, 'velocity', 'parameterCount');
}

/** @throws UsageError unless `measure` is a measure */
export function checkMeasure(measure: unknown, name = 'measure'): void {
  hasParts('a measure, such as gridMeasure(theta)', name, measure, 'steps', 'particles');
}

/** @throws UsageError unless `measure` is a measure made of a list of particles */
export function checkParticleMeasure(measure: unknown): void {
  const what = 'a gridMeasure or an intervalMeasure';
  hasParts(what, 'measure', measure, 'steps', 'particles', 'accumulate');
}

/** @throws UsageError unless every entry is a measure */
export function checkMeasures(measures: readonly unknown[]): void {
  checkList('measures', measures).forEach((measure, i) => {
    checkMeasure(measure, `measure ${i}`);
  });
}

/** @throws UsageError unless `solution` comes from `solve` or `flowGradient` */
export function checkSolution(solution: unknown): void {
  const what = 'a solution from solve or flowGradient';
  hasParts(what, 'solution', solution, 'problem', 'family', 'measure', 'states', 'costates');
}

/** @throws UsageError unless every entry is a slice of depth */
export function checkSlices(slices: readonly unknown[]): void {
  checkList('slices', slices).forEach((slice, l) => {
    // The general check takes longer than a small step.
    const { step, adjoint } = (slice as Record<string, unknown> | null | undefined) ?? {};
    if (step === undefined || adjoint === undefined)
      hasParts('a slice from slicesOf', `slice ${l}`, slice, 'step', 'adjoint');
  });
}
