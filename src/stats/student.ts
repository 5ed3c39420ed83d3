/** Student's t distribution. */
import jstat from 'jstat';

const { studentt } = jstat.jStat;

/** P(|T| >= |t|), the two-sided p-value of t. */
export function twoSidedP(t: number, degreesOfFreedom: number): number {
  return Math.min(1, 2 * studentt.cdf(-Math.abs(t), degreesOfFreedom));
}

/** The t with P(|T| > t) = 0.05: the half-width of a 95 % confidence interval, in standard errors. */
export function criticalT(degreesOfFreedom: number): number {
  return studentt.inv(0.975, degreesOfFreedom);
}
