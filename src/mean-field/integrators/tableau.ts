/**
 * Explicit Runge-Kutta schemes as tableaus. Source: Hairer, Norsett, Wanner, Solving Ordinary Differential
 * Equations I.
 */
import { checkNumbers, checkOneOf, isList, unexpected } from '../../check.ts';
import { UsageError } from '../../errors.ts';

/** Stage s: X_s = X + h sum_r a_sr k_r at the fraction c_s of the step; the step: X + h sum_s b_s k_s. */
export interface Tableau {
  readonly name: string;
  readonly order: number;
  readonly a: readonly (readonly number[])[];
  readonly b: readonly number[];
  readonly c: readonly number[];
}

export const integrators = ['euler', 'midpoint', 'heun', 'rk4', 'dopri5'] as const;
export type Integrator = (typeof integrators)[number];

const tableaus: Readonly<Record<Integrator, Omit<Tableau, 'name'>>> = {
  euler: { order: 1, a: [[]], b: [1], c: [0] },
  midpoint: { order: 2, a: [[], [1 / 2]], b: [0, 1], c: [0, 1 / 2] },
  heun: { order: 2, a: [[], [1]], b: [1 / 2, 1 / 2], c: [0, 1] },
  rk4: {
    order: 4,
    a: [[], [1 / 2], [0, 1 / 2], [0, 0, 1]],
    b: [1 / 6, 1 / 3, 1 / 3, 1 / 6],
    c: [0, 1 / 2, 1 / 2, 1],
  },
  // Dormand and Prince 1980: the fifth-order solution of the adaptive pair. The stage at its end serves only the
  // error estimate.
  dopri5: {
    order: 5,
    a: [
      [],
      [1 / 5],
      [3 / 40, 9 / 40],
      [44 / 45, -56 / 15, 32 / 9],
      [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729],
      [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656],
    ],
    b: [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84],
    c: [0, 1 / 5, 3 / 10, 4 / 5, 8 / 9, 1],
  },
};

/**
 * The scheme with that name, or the tableau itself. @throws UsageError for an unknown name, or a scheme that is
 * not explicit
 */
export function tableauOf(integrator: Integrator | Tableau): Tableau {
  if (typeof integrator !== 'string') return checked(integrator);
  return { name: integrator, ...tableaus[checkOneOf('integrator', integrator, integrators)] };
}

function checked(tableau: Tableau): Tableau {
  const { name, ...given } = (tableau as Partial<Tableau> | null) ?? {};
  if (!isList(given.a) || !isList(given.b) || !isList(given.c))
    throw unexpected('the name of a scheme or a tableau { name, order, a, b, c }', 'integrator', tableau);
  const b = checkNumbers(`scheme ${name}: b`, given.b, {});
  const c = checkNumbers(`scheme ${name}: c`, given.c, {});
  const a = Array.from(given.a, (row, s) => checkNumbers(`scheme ${name}: a[${s}]`, row, {}));
  if (a.length !== b.length || c.length !== b.length)
    throw new UsageError(`scheme ${name}: a, b and c have ${a.length}, ${b.length} and ${c.length} stages`);
  a.forEach((row, s) => {
    if (row.length > s)
      throw new UsageError(`scheme ${name}: stage ${s} uses ${row.length} slopes, but only ${s} precede it`);
  });
  return { ...tableau, a, b, c };
}
