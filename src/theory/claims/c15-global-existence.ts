/** C15: the gradient flow exists for all times, since its velocity bounds how far it can go. */
import {
  type GradientFunction,
  gridMeasure,
  particleGradient,
  solve,
  wassersteinFlow,
} from '../../mean-field/index.ts';
import type { ClaimPanel, Series } from '../../runs/index.ts';
import { ops, scope } from '../../tensor/index.ts';
import { atMost } from '../check.ts';
import type { Claim, ClaimContext } from '../claim.ts';
import { defaultSizes, drawnExample, type Example, fashionExample, quickSizes } from '../dynamics/example.ts';
import { gridSecondMoment, radiiOf, velocityBounds } from '../dynamics/velocity-bounds.ts';

interface Parts {
  readonly gradient: GradientFunction;
  readonly velocityBounds: typeof velocityBounds;
  readonly secondMoment: typeof gridSecondMoment;
}

/** Measured values divided by their bounds, at one time of the flow. */
interface Ratios {
  readonly s: number;
  /** sqrt M2 relative to sqrt M2(0) + sqrt(s sum ds D). */
  readonly moment: number;
  /** sqrt M2 relative to sqrt M2(0) + sqrt(s (E_0 - E_s)). */
  readonly energy: number;
  /** max |a| and max |(w, b)| relative to their initial values plus the summed velocity bounds. */
  readonly outer: number;
  readonly inner: number;
}

const named = {
  moment: 'sqrt M2 / (sqrt M2(0) + sqrt(s sum ds D)), Euler',
  energy: 'sqrt M2 / (sqrt M2(0) + sqrt(s (E_0 - E_s))), RK4',
  outer: 'max abs(a) / bound, Euler',
  inner: 'max abs((w, b)) / bound, Euler',
} as const;
type Name = keyof typeof named;
const names = Object.keys(named) as Name[];

export const c15: Claim<Parts> = {
  id: 'C15',
  title: 'The gradient flow exists for all time',
  statement:
    'The velocity bounds the second moment and the radii of the particles: the flow cannot blow up in finite time.',
  parts: { gradient: particleGradient, velocityBounds, secondMoment: gridSecondMoment },
  real: true,
  cost: 10,
  measure({ quick, draw, fashion, progress }: ClaimContext, parts) {
    const draws = quick ? 2 : 5;
    const examples: [string, Example][] = Array.from({ length: draws }, (_, i) => [
      `draw ${i + 1}`,
      startSmall(drawnExample(draw(i), quick ? quickSizes : defaultSizes)),
    ]);
    if (fashion && !quick) examples.push(['Fashion-MNIST', startSmall(fashionExample(fashion, draw(50)))]);
    const paths = examples.map(([name, example], i) => {
      const euler = follow(example, 'euler', quick ? 60 : 400, parts);
      const rk4 = follow(example, 'rk4', quick ? 15 : 100, parts);
      progress((i + 1) / examples.length);
      return { name, euler, rk4 };
    });
    const path = (one: (typeof paths)[number], name: Name): Ratios[] =>
      name === 'energy' ? one.rk4 : one.euler;
    const worst = (name: Name): number =>
      // Keeps NaN, so that it fails the check.
      paths.flatMap((one) => path(one, name).map((at) => at[name])).reduce((a, b) => (b <= a ? a : b), 0);
    return {
      sentence:
        'The flow never exceeds a bound and comes close to all of them: neither the second moment nor a particle can diverge in finite time.',
      checks: names.map((name) => atMost({ name: named[name], measured: worst(name) }, 1 + 1e-12)),
      panels: names.map((name): ClaimPanel => ({
        title: named[name],
        x: { title: 's', log: true },
        y: { title: 'measured / bound' },
        series: paths.map((one): Series => ({
          name: one.name,
          mark: 'line',
          points: path(one, name).map((at) => [at.s, at[name]]),
        })),
      })),
    };
  },
};

/** Particles near 0, so that their displacement is most of their final position. */
function startSmall(example: Example): Example {
  return scope(() => ({ ...example, start: gridMeasure(ops.mulScalar(example.start.theta, 0.1)) }));
}

function follow(
  { problem, family, start, d }: Example,
  method: 'euler' | 'rk4',
  maxSteps: number,
  { gradient, velocityBounds: bounds, secondMoment }: Parts,
): Ratios[] {
  const ratios: Ratios[] = [];
  const first = { ...radiiOf(start, d), moment: Math.sqrt(secondMoment(start)), loss: NaN };
  let [outerBound, innerBound] = [first.outer, first.inner];
  // Bounds for the next step.
  let next = { outer: 0, inner: 0, radius: first.outer };
  scope(() =>
    wassersteinFlow(problem, family, start, {
      method,
      ds: 0.5,
      maxSteps,
      gradient,
      onStep({ step, s, ds, loss, dissipated, measure }) {
        if (step === 0) first.loss = loss;
        const { outer, inner } = radiiOf(measure, d);
        outerBound += ds * next.outer;
        innerBound += ds * next.radius * next.inner;
        const moment = Math.sqrt(secondMoment(measure));
        if (step > 0)
          ratios.push({
            s,
            moment: moment / (first.moment + Math.sqrt(s * dissipated)),
            energy: moment / (first.moment + Math.sqrt(s * (first.loss - loss))),
            outer: outer / outerBound,
            inner: inner / innerBound,
          });
        if (method === 'euler')
          next = { ...scope(() => bounds(solve(problem, family, measure))), radius: outer };
      },
    }),
  );
  return ratios;
}
