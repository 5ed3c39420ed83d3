/** The claims of the talk as computations, and what they share. */
export { atLeast, atMost, within } from './check.ts';
export { type Claim, type ClaimOptions, measureClaim, type Outcome, type Setting } from './claim.ts';
export { claims } from './claims/index.ts';
export { type Fashion, loadFashion } from './fashion.ts';
export { type Fit, fitLine, fitPower, mean, median, rms } from './fit.ts';
export { jacobians, spectralNorms } from './jacobian.ts';
export { chooseClaims, type SeededResult, verify, type VerifyOptions } from './verify.ts';
