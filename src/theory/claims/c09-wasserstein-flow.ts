/** C9: gradient descent on the particles is the gradient flow of E in the space of measures. */
import {
  type GradientFunction,
  particleGradient,
  steepestDirection,
  wassersteinFlow,
} from '../../mean-field/index.ts';
import type { Check, ClaimPanel, Series } from '../../runs/index.ts';
import { scope } from '../../tensor/index.ts';
import { atLeast, atMost, within } from '../check.ts';
import type { Claim, ClaimContext } from '../claim.ts';
import {
  defaultSizes,
  drawnExample,
  type Example,
  fashionExample,
  quickSizes,
  type Sizes,
} from '../dynamics/example.ts';
import { followPath, type Path } from '../dynamics/identity.ts';
import { constantsOnly, free, stuckExample, type StuckKind } from '../dynamics/stuck.ts';
import { fitPower, median } from '../../stats/index.ts';

interface Parts {
  readonly gradient: GradientFunction;
  readonly steepestDirection: typeof steepestDirection;
}

const targetLoss = 1e-6;
const sizesOf = (quick: boolean): Sizes => (quick ? quickSizes : defaultSizes);

export const c9: Claim<Parts> = {
  id: 'C9',
  title: 'Training is a gradient flow in the space of measures',
  statement:
    'dtheta_lj/ds = - grad G(theta_lj, t_l) lowers E at the rate D = sum_l h_l sum_j w_lj abs(grad G)^2: to 0 from full support, but not from deficient support.',
  parts: { gradient: particleGradient, steepestDirection },
  real: true,
  cost: 70,
  measure(setting, parts) {
    const identity = energyIdentity(setting, parts);
    setting.progress(0.1);
    const stuck = deficientSupport(setting, parts);
    setting.progress(0.7);
    const full = fullSupport(setting, parts);
    return {
      sentence:
        'From full support, the loss tends to 0 in every draw. From deficient support, it stays above 0 until a descent direction adds the missing blocks.',
      checks: [...full.checks, ...identity.checks, ...stuck.checks],
      reported: { ...full.reported, ...stuck.reported },
      panels: [full.panel, stuck.panel, ...identity.panels],
    };
  },
};

const fewPoints = (losses: readonly number[]): [number, number][] =>
  // Evenly spaced in the logarithm of the step.
  losses.flatMap((loss, step) =>
    Math.floor(16 * Math.log2(step + 1)) !== Math.floor(16 * Math.log2(step)) || step === losses.length - 1
      ? [[step + 1, loss]]
      : [],
  );

interface Finding {
  readonly checks: Check[];
  readonly reported: Record<string, number>;
  readonly panel: ClaimPanel;
}

const flowOf = (
  { problem, family, start }: Example,
  gradient: GradientFunction,
  maxSteps: number,
): { losses: number[]; loss: number } => {
  const losses: number[] = [];
  return scope(() => {
    const { loss } = wassersteinFlow(problem, family, start, {
      ds: 0.5,
      maxSteps,
      targetLoss,
      gradient,
      onStep: (point) => losses.push(point.loss),
    });
    return { losses, loss };
  });
};

const axes = {
  x: { title: 'step of the flow', log: true },
  y: { title: 'E', log: true },
} as const;

function fullSupport({ quick, draw, fashion }: ClaimContext, { gradient }: Parts): Finding {
  const seeds = quick ? 3 : 10;
  const series: Series[] = [];
  let reached = 0;
  let longest = 0;
  for (let i = 0; i < seeds; i++) {
    const { losses, loss } = scope(() =>
      flowOf(drawnExample(draw(i), sizesOf(quick)), gradient, quick ? 4000 : 20_000),
    );
    if (loss < targetLoss) reached++;
    longest = Math.max(longest, losses.length - 1);
    series.push({ name: `draw ${i + 1}`, points: fewPoints(losses), mark: 'line' });
  }
  const checks = [atLeast({ name: `draws that reach E < 1e-6, of ${seeds}`, measured: reached }, seeds)];
  const reported: Record<string, number> = { 'steps of 0.5 of the slowest draw': longest };
  if (fashion && !quick) {
    const { losses, loss } = scope(() => flowOf(fashionExample(fashion, draw(50)), gradient, 10_000));
    checks.push(atMost({ name: 'E on 100 Fashion-MNIST images', measured: loss }, targetLoss));
    reported['steps on Fashion-MNIST'] = losses.length - 1;
    series.push({ name: 'Fashion-MNIST', points: fewPoints(losses), mark: 'line' });
  }
  return { checks, reported, panel: { title: 'Full support: loss along the flow', ...axes, series } };
}

function energyIdentity(
  { quick, draw, report }: ClaimContext,
  { gradient }: Parts,
): { checks: Check[]; panels: ClaimPanel[] } {
  const draws = 5;
  const until = 2;
  const lengths = quick ? [0.1, 0.05, 0.025] : [0.1, 0.05, 0.025, 0.0125];
  const examples = Array.from({ length: draws }, (_, i) => drawnExample(draw(100 + i), sizesOf(quick)));
  const path = (example: Example, ds: number, method: 'euler' | 'rk4'): Path =>
    followPath(example, { method, ds, until, looks: quick ? 2 : 10, gradient, wassersteinFlow });
  const most = (paths: readonly Path[], read: (path: Path) => number): number => Math.max(...paths.map(read));
  const exact = examples.map((example) => path(example, 0.1, 'rk4'));
  const exactIdentity = atMost(
    {
      name: 'error of the energy identity, RK4 with ds = 0.1',
      measured: most(exact, ({ identityError }) => identityError),
    },
    0.01,
  );
  report([exactIdentity]);
  const euler = lengths.map((ds) => examples.map((example) => path(example, ds, 'euler')));
  const errors = euler.map((paths) => median(paths.map(({ identityError }) => identityError)));
  const excess = euler.map((paths) =>
    median(paths.map(({ overDropAtEnd }, i) => Math.abs(overDropAtEnd - (exact[i]?.overDropAtEnd ?? NaN)))),
  );
  const slope = (name: string, values: readonly number[]): Check => {
    // A flow that diverges has no order of convergence.
    if (!values.every((value) => value > 0 && value < Infinity))
      return within({ name, measured: NaN }, 1, 0.15);
    const fit = fitPower(lengths, values);
    return within({ name, measured: fit.slope, standardError: fit.standardError }, 1, 0.15);
  };
  const named = (values: readonly number[]): [number, number][] =>
    lengths.map((ds, i) => [ds, values[i] ?? NaN]);
  return {
    checks: report([
      slope('order of the energy identity in ds, Euler', errors),
      exactIdentity,
      atMost(
        {
          name: 'W2(rho_0, rho_s)^2 / (s sum ds D), Euler',
          measured: most(euler.flat(), ({ overDissipated }) => overDissipated),
        },
        1 + 1e-12,
      ),
      atMost(
        {
          name: 'W2(rho_0, rho_s)^2 / (s (E_0 - E_s)), RK4',
          measured: most(exact, ({ overDrop }) => overDrop),
        },
        1,
      ),
      slope("order in ds of Euler's excess in W2^2 / (s (E_0 - E_s))", excess),
    ]),
    panels: [
      {
        title: 'Energy identity and W2 bound under Euler',
        x: { title: 'ds', log: true },
        y: { title: 'relative error', log: true },
        series: [
          { name: 'abs(E_0 - E_s - sum ds D) / (E_0 - E_s)', points: named(errors) },
          { name: 'W2^2 / (s (E_0 - E_s)), distance from its limit', points: named(excess) },
        ],
      },
    ],
  };
}

function deficientSupport({ quick, draw, progress, report }: ClaimContext, parts: Parts): Finding {
  const seeds = quick ? 1 : 10;
  const kinds: [StuckKind, number][] = [
    ['zero', seeds],
    ['saturated', seeds],
    ['dead', quick ? 1 : 3],
  ];
  const series: Series[] = [];
  const checks: Check[] = [];
  const reported: Record<string, number> = {};
  const flow: typeof wassersteinFlow = (problem, family, start, options) =>
    wassersteinFlow(problem, family, start, { ...options, gradient: parts.gradient });
  kinds.forEach(([kind, count], which) => {
    let [reached, rounds, off] = [0, 0, 0];
    for (let i = 0; i < count; i++)
      scope(() => {
        const generator = draw(1000 * (which + 1) + i);
        const example = stuckExample(kind, generator, sizesOf(quick));
        const held: number[] = [];
        const end = flow(example.problem, example.family, example.start, {
          ds: 0.5,
          maxSteps: 100,
          onStep: (point) => held.push(point.loss),
        });
        const expected = kind === 'saturated' ? constantsOnly(example.problem) : (held[0] ?? NaN);
        off = Math.max(off, Math.abs(end.loss - expected));
        // Dead relu is reported only, so a quick run uses a few rounds.
        const maxRounds = kind === 'dead' ? (quick ? 2 : 10) : quick ? 20 : 60;
        const freed = free(
          example,
          end.measure,
          generator,
          { ...parts, wassersteinFlow: flow },
          { targetLoss, maxRounds },
        );
        if (freed.loss < targetLoss) reached++;
        rounds = Math.max(rounds, freed.rounds);
        if (i === 0)
          series.push({
            name: titles[kind],
            points: fewPoints([...held, ...freed.losses]),
            mark: 'line',
          });
        progress(0.1 + (0.6 * (which * 10 + i)) / 23);
      });
    checks.push(
      atMost(
        {
          name:
            kind === 'saturated'
              ? 'saturated: distance of E from 1/2 Var of the linear part after 100 steps'
              : `${titles[kind]}: change of E in 100 steps`,
          measured: off,
        },
        kind === 'saturated' ? 1e-12 : 0,
      ),
    );
    reported[`${titles[kind]}: rounds until freed, max over draws`] = rounds;
    if (kind === 'dead') reported[`${titles[kind]}: draws freed, of ${count}`] = reached;
    else
      checks.push(atLeast({ name: `${titles[kind]}: draws freed, of ${count}`, measured: reached }, count));
    report(checks);
  });
  return { checks, reported, panel: { title: 'Deficient support: stuck, then freed', ...axes, series } };
}

const titles: Readonly<Record<StuckKind, string>> = {
  zero: 'theta = 0',
  saturated: 'saturated',
  dead: 'dead relu',
};
