/**
 * C11b: while the tangent kernel stays positive definite, the loss falls exponentially, for any structure of the
 * net.
 */
import { lazyProblem, tangentKernel, wassersteinFlow } from '../../mean-field/index.ts';
import type { Check } from '../../runs/index.ts';
import { type Generator, ops, scope } from '../../tensor/index.ts';
import { atLeast, atMost } from '../check.ts';
import type { Claim, ClaimContext } from '../claim.ts';
import { median } from '../../stats/index.ts';
import { antisymmetricTwoLayer, cifarBlock, type Net, type NetSizes, resNet } from '../lazy/nets.ts';

interface Parts {
  readonly tangentKernel: typeof tangentKernel;
}

interface Point {
  readonly s: number;
  readonly loss: number;
}

interface Path {
  readonly points: readonly Point[];
  /** The smallest eigenvalue of K / N along the whole path. */
  readonly minEigenvalue: number;
}

const nets: readonly { name: string; net: (generator: Generator, sizes: NetSizes) => Net }[] = [
  { name: 'two-layer network', net: antisymmetricTwoLayer },
  { name: 'mean-field ResNet', net: resNet },
  { name: 'CIFAR block', net: cifarBlock },
];
const alpha = 100;
/** The final value of the bound is e^-10. */
const exponent = 10;

export const c11b: Claim<Parts> = {
  id: 'C11b',
  title: 'The tangent kernel proves convergence for any architecture',
  statement:
    'E(s) <= E(0) exp(-2 lambda_min s), where lambda_min is the smallest eigenvalue of K / N over the path.',
  parts: { tangentKernel },
  cost: 3,
  measure(setting, parts) {
    const draws = setting.quick ? 1 : 5;
    const found = nets.map(({ name, net }, i) => {
      const paths = Array.from({ length: draws }, (_, j) => {
        setting.progress((i + j / draws) / nets.length);
        return scope(() => lossPath(net(setting.draw(100 * i + j), sizesOf(setting)), parts));
      });
      return { name, paths, checks: setting.report(checksOf(name, paths)) };
    });
    return {
      sentence:
        'In the lazy regime, the loss of three different architectures stays below the bound given by their kernel, and ends parallel to it.',
      checks: found.flatMap(({ checks }) => checks),
      panels: found.map(({ name, paths: [path] }) => ({
        title: name,
        x: { title: 'lambda_min s' },
        y: { title: 'E / E(0)', log: true },
        series: [
          { name: 'E', points: curve(path!, ({ loss }) => loss), mark: 'line' as const },
          { name: 'bound', predicted: true, points: curve(path!, ({ s }) => boundAt(path!, s)) },
        ],
      })),
    };
  },
};

function checksOf(name: string, paths: readonly Path[]): Check[] {
  const rates = paths.map(finalRate);
  return [
    atMost({ name: `${name}: E / bound, max`, measured: most(paths.map(worstRatio)) }, 1),
    atLeast({ name: `${name}: final rate of log E / (-2 lambda_min), min`, measured: minimum(rates) }, 1),
    atMost({ name: `${name}: final rate of log E / (-2 lambda_min), median`, measured: median(rates) }, 1.5),
  ];
}

const sizesOf = ({ quick }: ClaimContext): NetSizes => ({
  samples: 6,
  features: 6,
  particles: quick ? 32 : 64,
});
const most = (values: readonly number[]): number => Math.max(...values);
const minimum = (values: readonly number[]): number => Math.min(...values);

function lossPath({ problem, family, start }: Net, parts: Parts): Path {
  const lazy = lazyProblem(problem, family, start, alpha);
  const samples = problem.inputs.shape[0] ?? 1;
  const eigenvalues = (measure: Net['start']): number[] =>
    scope(() => ops.eigh(ops.divScalar(parts.tangentKernel(problem, family, measure), samples))[0].toArray());
  const atStart = eigenvalues(start);
  const ds = 0.2 / (atStart.at(-1) ?? NaN);
  const until = exponent / (2 * (atStart[0] ?? NaN));
  const every = Math.ceil(until / ds / 100);
  const points: Point[] = [];
  let smallest = Infinity;
  wassersteinFlow(lazy, family, start, {
    ds,
    until,
    maxSteps: Number.MAX_SAFE_INTEGER,
    method: 'rk4',
    onStep: ({ step, s, loss, measure }) => {
      if (step % every) return;
      smallest = Math.min(smallest, eigenvalues(measure)[0] ?? NaN);
      points.push({ s, loss });
    },
  });
  return { points, minEigenvalue: smallest };
}

const boundAt = ({ points, minEigenvalue: lambda }: Path, s: number): number =>
  (points[0]?.loss ?? NaN) * Math.exp(-2 * lambda * s);

const worstRatio = (path: Path): number =>
  most(path.points.slice(1).map(({ s, loss }) => loss / boundAt(path, s)));

/** The rate of decay over the last tenth of the path. */
function finalRate({ points, minEigenvalue: lambda }: Path): number {
  const [from, to] = [points.at(-1 - Math.ceil(points.length / 10))!, points.at(-1)!];
  return Math.log(from.loss / to.loss) / (to.s - from.s) / (2 * lambda);
}

function curve({ points, minEigenvalue: lambda }: Path, read: (point: Point) => number): [number, number][] {
  const start = points[0]?.loss ?? NaN;
  return points.map((point) => [lambda * point.s, read(point) / start]);
}
