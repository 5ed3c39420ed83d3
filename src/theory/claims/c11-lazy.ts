/** C11: a network scaled up by alpha trains like its linearisation. */
import {
  lazyProblem,
  linearisedModel,
  predict,
  tangentKernel,
  tangentPull,
  tangentPush,
  wassersteinFlow,
} from '../../mean-field/index.ts';
import type { Check, Series } from '../../runs/index.ts';
import { type Generator, ops, scope, type Tensor } from '../../tensor/index.ts';
import { atMost, within } from '../check.ts';
import type { Claim, ClaimContext } from '../claim.ts';
import { fitPower, median } from '../../stats/index.ts';
import { antisymmetricTwoLayer, type Net, type NetSizes, resNet } from '../lazy/nets.ts';

interface Parts {
  readonly tangentKernel: typeof tangentKernel;
  readonly lazyProblem: typeof lazyProblem;
  readonly linearisedModel: typeof linearisedModel;
  readonly tangentPull: typeof tangentPull;
}

/** Quantities measured at each alpha, relative to their initial size (the function relative to y). */
const quantities = ['movement', 'kernel', 'function', 'theta'] as const;
type Quantity = (typeof quantities)[number];
const meanings: Readonly<Record<Quantity, string>> = {
  movement: 'parameters to their initial values',
  kernel: 'kernel to its initial value',
  function: 'predictions to the linearised model',
  theta: 'parameters to the linearised model',
};

interface Study {
  readonly name: string;
  readonly net: (generator: Generator, sizes: NetSizes) => Net;
  readonly centred: boolean;
  readonly exponents: Partial<Record<Quantity, number>>;
}

const studies: readonly Study[] = [
  {
    name: 'ResNet',
    net: resNet,
    centred: true,
    exponents: { movement: -1, kernel: -1, function: -1, theta: -2 },
  },
  {
    name: 'two-layer, antisymmetric',
    net: antisymmetricTwoLayer,
    centred: true,
    exponents: { movement: -1, kernel: -2, function: -2, theta: -2 },
  },
  {
    name: 'control: ResNet, not centred',
    net: resNet,
    centred: false,
    exponents: { movement: 0, function: 1 },
  },
];
const horizon = 1;

export const c11: Claim<Parts> = {
  id: 'C11',
  title: 'A network scaled by alpha trains like its linearisation',
  statement:
    'If alpha (f - f_0) is trained on the loss divided by alpha^2, parameters and tangent kernel move by O(1/alpha), and predictions converge to those of kernel gradient flow.',
  parts: { tangentKernel, lazyProblem, linearisedModel, tangentPull },
  cost: 3,
  measure(setting, parts) {
    const alphas = setting.quick ? [256, 1024, 4096] : [128, 256, 512, 1024, 2048, 4096];
    const draws = setting.quick ? 1 : 5;
    const closedForm = atMost(
      {
        name: 'closed form of 100 steps of gradient descent on the linear model, relative error',
        measured: closedFormError(setting, parts),
      },
      1e-10,
    );
    setting.report([closedForm]);
    const found = studies.map((study, i) => {
      const rows = Array.from({ length: draws }, (_, j) => {
        setting.progress((i + j / draws) / studies.length);
        return scope(() => distances(study, alphas, setting.draw(100 * i + j), parts));
      });
      return { study, rows, checks: setting.report(slopeChecks(study, alphas, rows)) };
    });
    return {
      sentence:
        'If the initial prediction is subtracted, a large scale alpha freezes the kernel: the NTK regime. Otherwise, training is not lazy.',
      checks: [...found.flatMap(({ checks }) => checks), closedForm],
      panels: found.map(({ study, rows }) => ({
        title: study.name,
        x: { title: 'alpha', log: true },
        y: { title: 'relative distance at s = 1', log: true },
        series: quantities.map((quantity): Series => ({
          name: meanings[quantity],
          points: alphas.map((alpha, j) => [alpha, median(rows.map((row) => row[quantity][j] ?? NaN))]),
        })),
      })),
    };
  },
};

type Row = Readonly<Record<Quantity, readonly number[]>>;

function slopeChecks(study: Study, alphas: readonly number[], rows: readonly Row[]): Check[] {
  return quantities.flatMap((quantity) => {
    const expected = study.exponents[quantity];
    if (expected === undefined) return [];
    const slope = median(rows.map((row) => fitPower(alphas, row[quantity]).slope));
    return [
      within(
        { name: `${study.name}: distance of ${meanings[quantity]}, slope in alpha`, measured: slope },
        expected,
        0.1,
      ),
    ];
  });
}

function distances(
  { net, centred }: Study,
  alphas: readonly number[],
  generator: Generator,
  parts: Parts,
): Record<Quantity, number[]> {
  const { problem, family, start } = net(generator, { samples: 8, features: 3, particles: 16 });
  const kernel = parts.tangentKernel(problem, family, start);
  const initial = predict(problem, family, start);
  const found: Record<Quantity, number[]> = { movement: [], kernel: [], function: [], theta: [] };
  const sizes = { theta: ops.norm(start.theta).item(), kernel: ops.norm(kernel).item() };
  const apart = (a: Tensor, b: Tensor): number => ops.norm(ops.sub(a, b)).item();
  for (const alpha of alphas) {
    scope(() => {
      const lazy = parts.lazyProblem(problem, family, start, alpha, { centred });
      const { measure } = wassersteinFlow(lazy, family, start, {
        ds: 0.02,
        until: horizon,
        method: 'dopri5',
      });
      const model = parts.linearisedModel(kernel, initial, lazy.targets);
      const linear = ops.sub(
        start.theta,
        parts.tangentPull(problem, family, start, model.residualUntil(horizon)),
      );
      found.movement.push(apart(measure.theta, start.theta) / sizes.theta);
      found.kernel.push(apart(parts.tangentKernel(problem, family, measure), kernel) / sizes.kernel);
      found.function.push(
        (alpha * apart(predict(problem, family, measure), model.at(horizon))) /
          ops.norm(problem.targets).item(),
      );
      found.theta.push(apart(measure.theta, linear) / sizes.theta);
    });
  }
  return found;
}

/** Compares the closed form with the same steps taken one by one in parameter space, without a kernel. */
function closedFormError({ draw }: ClaimContext, parts: Parts): number {
  const { problem, family, start } = resNet(draw(9000), { samples: 8, features: 3, particles: 16 });
  const initial = predict(problem, family, start);
  const model = parts.linearisedModel(parts.tangentKernel(problem, family, start), initial, problem.targets);
  const eta = 1 / (model.eigenvalues.at(-1) ?? NaN);
  let displacement = ops.mulScalar(start.theta, 0);
  const now = (): Tensor => ops.add(initial, tangentPush(problem, family, start, displacement));
  for (let k = 0; k < 100; k++)
    displacement = scope(() => {
      const residual = ops.sub(now(), problem.targets);
      return ops.add(displacement, tangentPull(problem, family, start, residual), -eta);
    });
  const difference = ops.sub(model.after(100, eta), now());
  return ops.norm(difference).item() / ops.norm(problem.targets).item();
}
