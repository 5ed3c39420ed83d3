/** All claims, in the order of theory.md. */
import type { Claim } from '../claim.ts';
import { c1 } from './c01-euler.ts';
import { c2 } from './c02-adjoint.ts';
import { c2h } from './c02h-hamiltonian.ts';
import { c3 } from './c03-first-variation.ts';
import { c4 } from './c04-costate-bound.ts';
import { c5 } from './c05-descent.ts';
import { c6 } from './c06-expansion.ts';
import { c7 } from './c07-two-layer-gradient.ts';
import { c8 } from './c08-convexity.ts';
import { c9 } from './c09-wasserstein-flow.ts';
import { c9n } from './c09n-neural-ode.ts';
import { c9s } from './c09s-stochastic.ts';
import { c10 } from './c10-finite-size.ts';
import { c11 } from './c11-lazy.ts';
import { c11b } from './c11b-ntk-convergence.ts';
import { c12 } from './c12-features.ts';
import { c13 } from './c13-algorithm-one.ts';
import { c14 } from './c14-regular-weights.ts';
import { c15 } from './c15-global-existence.ts';
import { c16 } from './c16-dirac.ts';

export const claims: readonly Claim[] = [
  c1,
  c2,
  c2h,
  c3,
  c4,
  c5,
  c6,
  c7,
  c8,
  c9,
  c9n,
  c9s,
  c10,
  c11,
  c11b,
  c12,
  c13,
  c14,
  c15,
  c16,
];
