/** Bands in which a measured number must lie, and the distance by which it misses. */
import { checkNumber, checkObject } from '../check.ts';
import type { Check } from '../runs/index.ts';

interface Named {
  readonly name: string;
  readonly measured: number;
  readonly standardError?: number;
}

function checkFacts(facts: Named, bounds: Readonly<Record<string, number>>): void {
  checkObject('an object { name, measured }', 'facts', facts, 'name', 'measured');
  for (const [name, bound] of Object.entries(bounds)) checkNumber(name, bound);
}

/**
 * Passes if |measured - center| <= halfWidth. @throws UsageError unless the facts and the band are valid
 *
 * @example
 * within({ name: 'slope', measured: -0.98 }, -1, 0.05).pass; // true
 */
export function within(facts: Named, center: number, halfWidth: number): Check {
  checkFacts(facts, { center, halfWidth });
  const miss = Math.abs(facts.measured - center) / halfWidth;
  return { ...facts, band: { min: center - halfWidth, max: center + halfWidth }, ...verdict(miss) };
}

/**
 * Passes if measured <= limit; for errors, which are not negative.
 *
 * @throws UsageError unless the facts and the limit are valid
 */
export function atMost(facts: Named, limit: number): Check {
  checkFacts(facts, { limit });
  // A measurement that overflowed shows nothing, whatever its sign.
  const measured = facts.measured === -Infinity ? NaN : facts.measured;
  const miss = limit > 0 ? measured / limit : measured <= limit ? 0 : Infinity;
  return { ...facts, band: { max: limit }, ...verdict(miss) };
}

/**
 * Passes if measured >= limit > 0; for ratios and counts.
 *
 * @throws UsageError unless the facts and the limit are valid
 */
export function atLeast(facts: Named, limit: number): Check {
  checkFacts(facts, { limit });
  const miss = facts.measured > 0 ? limit / facts.measured : Infinity;
  return { ...facts, band: { min: limit }, ...verdict(miss) };
}

/** NaN fails the check. */
function verdict(miss: number): Pick<Check, 'pass' | 'miss'> {
  return { pass: miss <= 1, miss: Number.isNaN(miss) ? Infinity : Math.max(0, miss) };
}
