/** C13: Algorithm 1 as a numerical scheme: its derivative in tau, and its behaviour where two blocks cross. */
import { breakGradient } from '../../mean-field/index.ts';
import type { Check, ClaimPanel } from '../../runs/index.ts';
import { type Generator, scope } from '../../tensor/index.ts';
import {
  type Arrangement,
  arrangements,
  drawnChain,
  jumpAtCrossing,
  overlapping,
  type Scheme,
  sequential,
  sorted,
} from '../algorithm-one/nets.ts';
import { type BreakGradient, differenceError, distanceToContinuous } from '../algorithm-one/tau-gradient.ts';
import { stageDifferenceError, type TauGradient, tauGradient } from '../algorithm-one/stage.ts';
import { atMost, within } from '../check.ts';
import type { Claim, ClaimContext } from '../claim.ts';
import { fitPower, median } from '../../stats/index.ts';

interface Parts {
  readonly breakGradient: BreakGradient;
  readonly tauGradient: TauGradient;
  readonly sorted: Scheme;
  readonly sequential: Scheme;
  readonly overlapping: Scheme;
}

interface Curve {
  readonly slope: string;
  readonly name: string;
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly exponent: number;
  readonly band: number;
}

const separations = [1e-3, 3e-4, 1e-4, 3e-5, 1e-5];

export const c13: Claim<Parts> = {
  id: 'C13',
  title: 'Algorithm 1 is a numerical scheme with jumps of order 1/n',
  statement:
    'dE/dtau^l = dE/dh_l - dE/dh_{l+1}. Where two tau cross, E jumps by (gap) x (difference of blocks) for sorted tiles, by a commutator for blocks with independent widths, and not at all for overlapping intervals.',
  parts: { breakGradient, tauGradient, sorted, sequential, overlapping },
  real: true,
  cost: 40,
  measure(setting, parts) {
    const { report } = setting;
    const ofScheme = gradientChecks(setting, parts);
    report(ofScheme);
    const ofStage = atMost(
      {
        name: 'ResNet20, stage 1: dE/dtau against central differences, relative to the largest entry',
        measured: stageDifferenceError(setting, parts.tauGradient),
      },
      1e-8,
    );
    report([ofStage]);
    const inSeparation = jumpsInSeparation(setting, parts);
    setting.progress(0.3);
    const inBlocks = jumpsInBlocks(setting, parts);
    setting.progress(0.7);
    const limit = gradientsInBlocks(setting, parts);
    return {
      sentence:
        'The derivative in tau is exact for the scheme and converges to that of continuous depth. Reordering is not continuous: the jump does not vanish as two blocks meet, only as the number of blocks grows.',
      checks: [...ofScheme, ofStage, ...[...inSeparation, ...inBlocks, ...limit].map(({ check }) => check)],
      panels: [
        panel(
          'Jump of E where two blocks cross, n = 16',
          'separation s',
          'abs(jump), median over nets',
          inSeparation,
        ),
        panel('Jump of E as s -> 0', 'blocks n', 'abs(jump), median over nets', inBlocks),
        panel('dE/dtau of the scheme minus that of the ODE', 'blocks n', 'median over depth and nets', limit),
      ],
    };
  },
};

function gradientChecks({ draw, quick }: ClaimContext, parts: Parts): Check[] {
  return (['sorted tiles', 'intervals'] as const).map((kind, i) => {
    const errors = (quick ? [8] : [8, 16, 32]).map((n) =>
      scope(() => differenceError(draw(1000 * i + n), n, kind, parts.breakGradient)),
    );
    return atMost(
      {
        name: `dE/dtau of ${kind} against central differences, relative to the largest entry`,
        measured: Math.max(...errors),
      },
      1e-8,
    );
  });
}

interface Nets {
  readonly n: number;
  readonly separation: number;
  readonly arrangement: Arrangement;
  readonly stream: number;
  readonly nets: number;
}

/** The median of |jump| over nets. */
function medianJump(
  { draw }: ClaimContext,
  scheme: Scheme,
  { n, separation, arrangement, stream, nets }: Nets,
): number {
  return median(
    Array.from({ length: nets }, (_, i) =>
      scope(() => Math.abs(jumpAtCrossing(drawnChain(draw(stream + i), n, arrangement), scheme, separation))),
    ),
  );
}

function jumpsInSeparation(setting: ClaimContext, parts: Parts): CheckedCurve[] {
  const schemes = [
    { name: 'sorted tiles', scheme: parts.sorted, exponent: 0 },
    { name: 'independent widths in sequence', scheme: parts.sequential, exponent: 0 },
    { name: 'overlapping intervals', scheme: parts.overlapping, exponent: 1 },
  ];
  return schemes.map(({ name, scheme, exponent }) =>
    checked(setting, {
      slope: 'slope of the jump in separation',
      name,
      x: separations,
      y: separations.map((separation) =>
        medianJump(setting, scheme, {
          n: 16,
          separation,
          arrangement: 'i.i.d.',
          stream: 10_000,
          nets: setting.quick ? 25 : 101,
        }),
      ),
      exponent,
      band: 0.1,
    }),
  );
}

function jumpsInBlocks(setting: ClaimContext, parts: Parts): CheckedCurve[] {
  const { quick } = setting;
  // For smooth paths, every n samples the same path; independent blocks differ at each n, and need more nets.
  const studies = {
    'i.i.d.': { counts: quick ? [8, 16, 32, 64] : [8, 16, 32, 64, 128, 256], nets: quick ? 101 : 401 },
    smooth: { counts: quick ? [32, 64, 128] : [32, 64, 128, 256], nets: quick ? 15 : 101 },
  };
  const wider = quick ? 2 : 1;
  const schemes = [
    { name: 'sorted tiles', scheme: parts.sorted, order: { 'i.i.d.': 1, smooth: 2 }, band: 0.1 * wider },
    {
      name: 'independent widths in sequence',
      scheme: parts.sequential,
      order: { 'i.i.d.': 2, smooth: 3 },
      band: 0.15 * wider,
    },
  ];
  return schemes.flatMap(({ name, scheme, order, band }) =>
    arrangements.map((arrangement) => {
      const { counts: x, nets } = studies[arrangement];
      return checked(setting, {
        slope: 'slope of the jump in n',
        name: `${name}, ${arrangement}`,
        x,
        y: x.map((n) =>
          medianJump(setting, scheme, { n, separation: 1e-7 / n, arrangement, stream: 20_000, nets }),
        ),
        exponent: -order[arrangement],
        band,
      });
    }),
  );
}

function gradientsInBlocks(setting: ClaimContext, parts: Parts): CheckedCurve[] {
  const { draw, quick } = setting;
  const counts = quick ? [32, 64, 128] : [32, 64, 128, 256];
  const nets = quick ? 8 : 31;
  return arrangements.map((arrangement, i) =>
    checked(setting, {
      slope: 'slope in n of dE/dtau minus its limit',
      name: arrangement,
      x: counts,
      y: counts.map((n) => {
        const generators: Generator[] = Array.from({ length: nets }, (_, j) => draw(30_000 * (i + 1) + j));
        return distanceToContinuous(generators, n, arrangement, parts.breakGradient);
      }),
      exponent: arrangement === 'i.i.d.' ? -1 : -2,
      // About -1 for independent blocks, whose fluctuations decay faster but are still visible.
      band: quick ? 0.25 : arrangement === 'i.i.d.' ? 0.2 : 0.15,
    }),
  );
}

type CheckedCurve = Curve & { readonly check: Check };

/** Checks the slope of a curve, and reports it. */
function checked({ report }: ClaimContext, curve: Curve): CheckedCurve {
  const { slope, standardError } = fitPower(curve.x, curve.y);
  const name = `${curve.slope}: ${curve.name}`;
  const check = within({ name, measured: slope, standardError }, curve.exponent, curve.band);
  report([check]);
  return { ...curve, check };
}

const panel = (title: string, x: string, y: string, curves: readonly Curve[]): ClaimPanel => ({
  title,
  x: { title: x, log: true },
  y: { title: y, log: true },
  series: curves.map((curve) => ({
    name: curve.name,
    points: curve.x.map((at, i) => [at, curve.y[i] ?? NaN] as const),
  })),
});
