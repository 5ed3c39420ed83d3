/** Point sets by name. */
import { checkInteger, checkNumber, checkOneOf, checkOptions } from '../../check.ts';
import { UsageError } from '../../errors.ts';
import type { PointSet } from '../types.ts';
import { drawCircle } from './circles.ts';
import { classifiedPoints, type DrawPoint } from './classified.ts';
import { drawMoon } from './moons.ts';
import { singleIndex } from './single-index.ts';
import { drawSpiral } from './spirals.ts';
import { drawXor } from './xor.ts';

export interface PointOptions {
  /** Number of points. Default: 512. */
  readonly count?: number;
  /** Standard deviation of the noise on each coordinate (single-index: on the target). Default: 0.05. */
  readonly noise?: number;
  /** Default: 0. */
  readonly seed?: number;
  /** Number of classes of spirals and circles; the others have two. Default: 2. */
  readonly classes?: number;
  /** Input dimension; single-index only. Default: 2. */
  readonly dimension?: number;
}

export const pointSetNames = ['spirals', 'moons', 'circles', 'xor', 'single-index'] as const;
export type PointSetName = (typeof pointSetNames)[number];

const draws: Readonly<Record<string, (classes: number) => DrawPoint>> = {
  spirals: drawSpiral,
  moons: () => drawMoon,
  circles: () => drawCircle,
  xor: () => drawXor,
};
const ofTwoClasses: readonly PointSetName[] = ['moons', 'xor'];

/** A generated set: a function of the name and the options alone. @throws UsageError for a wrong name or option */
export function makePoints(name: string, options: PointOptions = {}): PointSet {
  checkOptions('makePoints', options, {
    count: true,
    noise: true,
    seed: true,
    classes: true,
    dimension: true,
  });
  const { count = 512, noise = 0.05, seed = 0, classes, dimension } = options;
  const known = checkOneOf('point set', name, pointSetNames);
  checkInteger('count', count, { min: 1 });
  checkNumber('noise', noise, { min: 0 });
  if (known === 'single-index') {
    if (classes !== undefined) throw new UsageError('single-index is a regression: it takes no classes');
    return singleIndex({
      count,
      noise,
      seed,
      dimension: checkInteger('dimension', dimension ?? 2, { min: 1 }),
    });
  }
  if (dimension !== undefined && dimension !== 2)
    throw new UsageError(`${known} has two dimensions: dimension ${dimension} is for single-index alone`);
  checkInteger('classes', classes ?? 2, { min: 2, ...(ofTwoClasses.includes(known) && { max: 2 }) });
  const settings = { count, noise, seed, classes: classes ?? 2 };
  return classifiedPoints(known, settings, draws[known]!(settings.classes));
}
