/** C16: the interval of a particle is a relaxation of a Dirac mass in depth. */
import { ops, scope, type Tensor } from '../../tensor/index.ts';
import { within } from '../check.ts';
import type { Claim } from '../claim.ts';
import { fitPower, median } from '../../stats/index.ts';
import type { Check, Series } from '../../runs/index.ts';
import { lossAt, odeFlow, pulseExample, type PulseExample, relaxed, schemeFlow, split } from './c16-pulse.ts';

type Jump = (example: PulseExample, state: Tensor) => Tensor;

/** The scheme of the talk evaluates the particle once: X jumps by weight x width x f(X, theta). */
export const jump: Jump = ({ family, pulse: { theta, mass } }, state) =>
  scope(() => ops.add(state, ops.select(family.values(state, theta), 0, 0), mass));

/**
 * In the ODE the particle also sees its own effect: X moves along dX/ds = f(X, theta) for the time weight x width.
 */
export const kick: Jump = ({ family, pulse: { theta, mass } }, state) =>
  scope(() => {
    const weight = ops.full([1], mass, 'f64');
    return odeFlow(family, state, { steps: [1], particles: () => ({ theta, weight }) });
  });

interface Parts {
  /** The particle on an interval, with weight x width fixed. */
  readonly relaxed: typeof relaxed;
  readonly jump: Jump;
  readonly kick: Jump;
}

interface Mode {
  readonly name: string;
  readonly flow: typeof odeFlow;
  readonly limit: 'jump' | 'kick';
}

const modes: readonly Mode[] = [
  { name: "the talk's scheme", flow: schemeFlow, limit: 'jump' },
  { name: 'ODE', flow: odeFlow, limit: 'kick' },
];
const widths = [1 / 32, 1 / 64, 1 / 128, 1 / 256, 1 / 512];
const masses = [0.16, 0.08, 0.04, 0.02, 0.01];

export const c16: Claim<Parts> = {
  id: 'C16',
  title: 'An interval is a relaxation of a Dirac mass in depth',
  statement:
    "1_[tau, tau'] is a relaxation of the Dirac mass in depth: as the width of a particle's interval tends to 0 at fixed weight x width, state and loss tend to the Dirac limit.",
  parts: { relaxed, jump, kick },
  measure(setting, parts) {
    const checks: Check[] = [];
    const nets = setting.quick ? 9 : 25;
    const examples = Array.from({ length: nets }, (_, i) => pulseExample(setting.draw(i)));
    const series = modes.flatMap((mode, i) => {
      const distances = examples.map((example) => scope(() => distancesOf(example, mode, parts)));
      setting.progress((i + 1) / 3);
      return (['state', 'loss'] as const).map((what): Series => {
        const slopes = distances.map((all) => fitPower(widths, all[what], 1e-12).slope);
        checks.push(
          within(
            { name: `slope of the ${what} in the width, ${mode.name}`, measured: median(slopes) },
            1,
            0.1,
          ),
        );
        return {
          name: `${what}, ${mode.name}`,
          points: widths.map((width, j) => [width, median(distances.map((all) => all[what][j] ?? NaN))]),
        };
      });
    });
    const gaps = apart(examples.slice(0, 9), parts);
    checks.push(
      within(
        {
          name: 'slope of the distance between the two limits in weight x width',
          // No floor: if the two limits coincide there is no slope, and the check must fail.
          measured: fitPower(masses, gaps, -1).slope,
        },
        2,
        0.1,
      ),
    );
    return {
      sentence:
        "A narrow interval acts as a Dirac mass: in the talk's scheme the state jumps by weight x width x f, in the ODE it moves along f for that time; the two limits differ by the square of weight x width.",
      checks,
      panels: [
        {
          title: 'Distance from the Dirac limit',
          x: { title: 'width of the interval', log: true },
          y: { title: 'median over nets', log: true },
          series,
        },
        {
          title: 'Distance between the two limits',
          x: { title: 'weight x width', log: true },
          y: { title: 'relative distance of the states', log: true },
          series: [{ name: 'jump and flow', points: masses.map((mass, i) => [mass, gaps[i] ?? NaN]) }],
        },
      ],
    };
  },
};

/**
 * The state at depth 1 if the particle is a Dirac mass: the others act before `at`, then the particle, then the
 * others again.
 */
function diracLimit(example: PulseExample, { flow }: Pick<Mode, 'flow'>, act: Jump): Tensor {
  const { family, start } = example;
  const [before, after] = split(example);
  return scope(() => flow(family, act(example, flow(family, start, before)), after));
}

const relative = (state: Tensor, reference: Tensor): number =>
  scope(() => ops.norm(ops.sub(state, reference)).item() / ops.norm(reference).item());

function distancesOf(example: PulseExample, mode: Mode, parts: Parts): { state: number[]; loss: number[] } {
  const limit = diracLimit(example, mode, parts[mode.limit]);
  const finals = widths.map((width) =>
    mode.flow(example.family, example.start, parts.relaxed(example, width)),
  );
  return {
    state: finals.map((state) => relative(state, limit)),
    loss: finals.map((state) => Math.abs(lossAt(example, state) - lossAt(example, limit))),
  };
}

/** The distance at depth 1 between a jump by c f and a flow along f for time c: c^2 / 2 f' f to leading order. */
function apart(examples: readonly PulseExample[], parts: Parts): number[] {
  return masses.map((mass) =>
    median(
      examples.map((one) =>
        scope(() => {
          const example = { ...one, pulse: { ...one.pulse, mass } };
          const [a, b] = [parts.kick, parts.jump].map((act) => diracLimit(example, { flow: odeFlow }, act));
          return relative(a!, b!);
        }),
      ),
    ),
  );
}
