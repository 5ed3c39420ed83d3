/** C5: local minima are global. While E > 0, there is a measure towards which E falls. */
import {
  fitCostate,
  functionalGradient,
  insertParticles,
  lineSearch,
  outerWeights,
  solve,
  steepestDirection,
} from '../../mean-field/index.ts';
import type { Check, ClaimPanel, Series } from '../../runs/index.ts';
import { scope } from '../../tensor/index.ts';
import { atLeast, atMost, within } from '../check.ts';
import type { Claim, ClaimContext } from '../claim.ts';
import { type BallStudy, ballStudy, lambdas, matrixExample, radii } from '../dynamics/ball-study.ts';
import { type CostateParts, type CostateRow, costateRows } from '../dynamics/costate-study.ts';
import { counterExample } from '../dynamics/counter-example.ts';
import { defaultSizes, drawnExample, type Example, fashionExample, quickSizes } from '../dynamics/example.ts';
import { stuckExample, stuckKinds } from '../dynamics/stuck.ts';
import { fitPower, median } from '../../stats/index.ts';

interface Study {
  readonly checks: Check[];
  readonly panels?: ClaimPanel[];
}

export const c5: Claim<CostateParts> = {
  id: 'C5',
  title: 'Local minima are global: if E > 0, there is a descent direction',
  statement:
    'If E > 0, some nu has <dE/drho, nu - rho> < 0: at any depth, take particles whose integral is - p on the data.',
  parts: { functionalGradient, fitCostate },
  real: true,
  cost: 10,
  measure(setting, parts) {
    const construction = proofConstruction(setting, parts);
    setting.report(construction.checks);
    setting.progress(0.3);
    const balls = overBalls(setting, parts);
    setting.report(balls.checks);
    setting.progress(0.9);
    const { studies, reported } = oddBlocks(setting, parts);
    return {
      sentence:
        'To first order, E decreases by abs(p)^2 along the constructed direction. It also decreases along the minimiser of G over every ball; only blocks that cannot fit the data have no descent direction.',
      checks: [construction, balls, studies, stuckStates(setting, parts)].flatMap(({ checks }) => checks),
      reported,
      panels: [...construction.panels!, ...balls.panels!],
    };
  },
};

const draws = (quick: boolean): number => (quick ? 2 : 5);

/** (a): the nu of the proof at the first, middle and last step. */
function proofConstruction({ draw, quick, fashion }: ClaimContext, parts: CostateParts): Study {
  const shares = [0.125, 0.25, 0.5, 0.75, 1, 2, 4];
  const generator = draw(0);
  const all: { name: string; rows: CostateRow[] }[] = [];
  const add = (name: string, example: Example): void => {
    const last = example.start.steps.length - 1;
    for (const l of [0, Math.floor(last / 2), last])
      all.push({ name: `${name}, step ${l + 1}`, rows: costateRows(example, l, shares, generator, parts) });
  };
  for (let i = 0; i < draws(quick); i++)
    scope(() => {
      add(`draw ${i + 1}`, drawnExample(generator, quick ? quickSizes : defaultSizes));
    });
  if (fashion && !quick)
    scope(() => {
      add('Fashion-MNIST', fashionExample(fashion, generator));
    });
  const rows = all.flatMap((one) => one.rows);
  const worst = (values: readonly number[]): number => Math.max(...values);
  return {
    checks: [
      atMost(
        {
          name: 'dE/(lambda h) against - abs(Pi_m p)^2 - int G drho, relative error, lambda = 1e-4',
          measured: worst(rows.map(({ measured, promised }) => Math.abs(measured / promised - 1))),
        },
        1e-3,
      ),
      atMost(
        {
          name: 'int G dnu against - abs(p)^2, relative error, m >= 2 N',
          measured: worst(rows.flatMap(({ share, reached }) => (share >= 2 ? [Math.abs(reached - 1)] : []))),
        },
        1e-6,
      ),
    ],
    panels: [
      {
        title: 'Fraction of the costate fitted by m random blocks',
        x: { title: 'm / N', log: true },
        y: { title: 'abs(Pi_m p)^2 / abs(p)^2' },
        series: all
          .filter((_, i) => i % 3 === 0)
          .map((one) => ({ name: one.name, points: one.rows.map((row) => [row.share, row.captured]) })),
      },
    ],
  };
}

/** (b): linear minimisation over nested balls. */
function overBalls(
  { draw, quick, fashion }: ClaimContext,
  { functionalGradient: gradientAt }: CostateParts,
): Study {
  const generator = draw(1);
  const named: [string, BallStudy[]][] = [
    ['bottleneck', []],
    ['matrix, with a constant coordinate', []],
  ];
  for (let i = 0; i < draws(quick); i++)
    scope(() => {
      const example = drawnExample(generator, quick ? quickSizes : defaultSizes);
      named[0]![1].push(ballStudy(example, generator, gradientAt));
      named[1]![1].push(ballStudy(matrixExample(example), generator, gradientAt));
    });
  if (fashion && !quick)
    scope(() => {
      const example = fashionExample(fashion, generator, { slices: 4 });
      named.push(['bottleneck, Fashion-MNIST', [ballStudy(example, generator, gradientAt)]]);
    });
  return {
    checks: named.flatMap(([name, studies]) => ballChecks(name, studies)),
    panels: [
      {
        title: 'Steepest descent over nested balls',
        x: { title: 'radius r', log: true },
        y: { title: '- <dE/drho, nu - rho>, median', log: true },
        series: named.map(([name, studies]) => ({
          name,
          points: radii.map((radius, i) => [radius, median(studies.map(({ rows }) => -rows[i]!.gap))]),
        })),
      },
      {
        title: 'First order: dE/(lambda gap), r = 4',
        x: { title: 'lambda', log: true },
        y: { title: 'abs(dE/(lambda gap) - 1), median', log: true },
        series: named.map(([name, studies]): Series => ({ name, points: offLinear(studies) })),
      },
    ],
  };
}

const offLinear = (studies: readonly BallStudy[]): [number, number][] =>
  lambdas.map((lambda, i) => [lambda, median(studies.map((study) => study.offLinear[i] ?? NaN))]);

function ballChecks(name: string, studies: readonly BallStudy[]): Check[] {
  const gaps = studies.flatMap(({ rows }) => rows.map(({ gap }) => gap));
  const growth = studies.flatMap(({ rows }) =>
    rows.slice(1).map((row, i) => row.gap / (rows[i]?.gap ?? NaN)),
  );
  // f is linear in a: (a, w, b) in Q_r gives (c a, w, b) in Q_cr, so min G / r cannot increase with r.
  const homogeneous = studies.flatMap(({ rows }) =>
    rows.slice(1).flatMap((row, i) => {
      const before = rows[i]!;
      return row.values.map((value, l) => value / row.radius / ((before.values[l] ?? NaN) / before.radius));
    }),
  );
  const fit = fitPower(
    [...lambdas],
    offLinear(studies).map(([, off]) => off),
  );
  return [
    atLeast(
      { name: `${name}: gaps below 0, of ${gaps.length}`, measured: gaps.filter((gap) => gap < 0).length },
      gaps.length,
    ),
    atLeast({ name: `${name}: gap / gap of the next smaller ball, min`, measured: Math.min(...growth) }, 1),
    ...(name.startsWith('bottleneck')
      ? [
          atLeast(
            {
              name: `${name}: min G / r relative to the next smaller ball, min`,
              measured: Math.min(...homogeneous),
            },
            1,
          ),
        ]
      : []),
    within(
      {
        name: `${name}: order of abs(dE/(lambda gap) - 1) in lambda`,
        measured: fit.slope,
        standardError: fit.standardError,
      },
      1,
      0.05,
    ),
    atMost(
      {
        name: `${name}: abs(dE/(lambda gap) - 1) at lambda = 1e-4`,
        measured: Math.max(...studies.map((study) => study.offLinear[2] ?? NaN)),
      },
      0.01,
    ),
  ];
}

/** `matrix` without a constant coordinate has no descent direction at E > 0. */
function oddBlocks(
  { draw }: ClaimContext,
  parts: CostateParts,
): { studies: Study; reported: Record<string, number> } {
  const { loss, gap, gapWithConstant, lossWithConstant } = counterExample(
    draw(2),
    radii,
    parts.functionalGradient,
  );
  return {
    studies: {
      checks: [
        atMost({ name: 'odd blocks, even target: abs(gap) / E', measured: gap / loss }, 1e-13),
        atMost(
          {
            name: 'with a constant coordinate: E after a line search / E before',
            measured: lossWithConstant / loss,
          },
          0.9,
        ),
      ],
    },
    reported: {
      'E where odd blocks have no descent direction': loss,
      'gap with a constant coordinate': gapWithConstant,
    },
  };
}

/** (c): the states in which the flow of C9 gets stuck have a descent direction, and E falls along it. */
function stuckStates({ draw, quick }: ClaimContext, parts: CostateParts): Study {
  return {
    checks: stuckKinds.map((kind, which) => {
      let freed = 0;
      for (let i = 0; i < draws(quick); i++)
        scope(() => {
          const generator = draw(100 * (which + 1) + i);
          const { problem, family, start, d } = stuckExample(
            kind,
            generator,
            quick ? quickSizes : defaultSizes,
          );
          const solution = solve(problem, family, start);
          const options = { radius: 4, generator, starts: 16, polish: outerWeights(d) };
          const { theta, gap } = steepestDirection(solution, options, parts.functionalGradient);
          const along = (lambda: number): typeof start => insertParticles(start, theta, lambda);
          const { loss } = lineSearch(problem, family, along);
          if (gap < 0 && loss < 0.9 * solution.loss) freed++;
        });
      return atLeast(
        { name: `stuck state ${kind}: draws with a descent direction, of ${draws(quick)}`, measured: freed },
        draws(quick),
      );
    }),
  };
}
