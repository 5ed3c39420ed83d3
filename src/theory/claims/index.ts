/** All claims, in the order of theory.md. */
import type { Claim } from '../claim.ts';
import * as all from './all.ts';

/** C1, C2, C2h, C3, .. C9, C9n, C9s, C10, .. */
export const claims: readonly Claim[] = Object.values(all).sort((a, b) =>
  a.id.localeCompare(b.id, 'en', { numeric: true }),
);
