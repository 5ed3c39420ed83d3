/** Assertions about claims: they hold, and miss a band by a factor of at least three under a planted fault. */
import { expect } from 'vitest';
import type { Check } from '../../src/runs/index.ts';
import { type Claim, type ClaimOptions, measureClaim } from '../../src/theory/claim.ts';

const options: ClaimOptions = { seed: 1, quick: true };

/** @throws AssertionError with the checks that failed */
export function expectHolds<Parts>(claim: Claim<Parts>, given: ClaimOptions = {}): void {
  const reported: Check[] = [];
  const onChecks = (some: readonly Check[]): void => {
    reported.push(...some);
  };
  const { checks, pass } = measureClaim(claim, { ...options, ...given, onChecks });
  // A planted fault may be caught by a reported check, which must be one of the claim.
  expect(checks).toEqual(expect.arrayContaining(reported));
  expect(checks.filter((check) => !check.pass)).toEqual([]);
  expect(pass).toBe(true);
}

/** Thrown to end the measurement: the later parts of the claim could not change the result. */
class Caught extends Error {}

/** @throws AssertionError unless some check misses its band by a factor of at least three */
export function expectCaught<Parts>(
  claim: Claim<Parts>,
  fault: Partial<Parts>,
  given: ClaimOptions = {},
): void {
  const onChecks = (checks: readonly Check[]): void => {
    if (checks.some(({ pass, miss }) => !pass && miss >= 3)) throw new Caught();
  };
  try {
    const { checks, pass } = measureClaim(claim, { ...options, ...given, onChecks }, fault);
    expect(pass).toBe(false);
    expect(Math.max(...checks.map(({ miss }) => miss))).toBeGreaterThanOrEqual(3);
  } catch (error) {
    if (!(error instanceof Caught)) throw error;
  }
}
