/** C10: nets of finite depth and width approximate rho, at initialisation and in training. */
import type { Problem } from '../../mean-field/index.ts';
import { ops, scope, type Tensor } from '../../tensor/index.ts';
import { within } from '../check.ts';
import type { Claim, ClaimContext } from '../claim.ts';
import { fitPower, mean, type Fit } from '../../stats/index.ts';
import {
  gaussianBlocks,
  type GaussianBlocks,
  independentBlocks,
  leftEnds,
  smoothBlocks,
} from '../gaussian-blocks.ts';
import { stacked } from '../replicas.ts';
import type { Check, ClaimPanel } from '../../runs/index.ts';
import { build, speed, train, type TrainParts, type Trained, trainingSteps } from './c10-training.ts';

const times = ['before', 'after'] as const;
type Time = (typeof times)[number];
const words: Readonly<Record<Time, string>> = {
  before: 'at initialisation',
  after: `after ${trainingSteps} steps`,
};

interface Sizes {
  /** Coupled paths: draws, particles, depths, and the depth from which to extrapolate the limit. */
  readonly depth: { draws: number; particles: number; depths: number[]; far: number };
  /** Draws of the widest net; narrower nets share its total number of particles. */
  readonly width: { draws: number; slices: number; particles: number[] };
  readonly product: { draws: number; slices: number[]; particles: number[] };
  /** M of the reference nets. */
  readonly wide: number;
}

const wide = 8192;
const sizes: Readonly<Record<'quick' | 'full', Sizes>> = {
  quick: {
    depth: { draws: 20, particles: 8, depths: [8, 16, 32], far: 64 },
    width: { draws: 640, slices: 2, particles: [4, 8, 16, 32] },
    product: { draws: 200, slices: [4, 8, 16], particles: [4, 8, 16] },
    wide,
  },
  full: {
    depth: { draws: 40, particles: 8, depths: [16, 32, 64, 128], far: 256 },
    width: { draws: 640, slices: 4, particles: [8, 16, 32, 64, 128] },
    product: { draws: 400, slices: [4, 8, 16, 32], particles: [4, 8, 16, 32] },
    wide,
  },
};

interface Example {
  readonly data: Problem;
  readonly blocks: GaussianBlocks;
  readonly sizes: Sizes;
  readonly setting: ClaimContext;
  readonly parts: TrainParts;
}

export const c10: Claim<TrainParts> = {
  id: 'C10',
  title: 'Finite depth and width approximate rho',
  statement:
    'A net of L slices with M particles each approximates the mean-field limit, at initialisation and in training: the error is of order 1/L for paths smooth in depth, 1/sqrt(M) in the width, and 1/sqrt(LM) for independent draws.',
  parts: { build, speed },
  cost: 15,
  measure(setting, parts) {
    const generator = setting.draw(0);
    const [samples, d] = [8, 3];
    const example: Example = {
      data: {
        inputs: generator.normal([samples, d], 'f64'),
        targets: generator.normal([samples, d], 'f64'),
      },
      blocks: gaussianBlocks(generator, d, 0.5),
      sizes: sizes[setting.quick ? 'quick' : 'full'],
      setting,
      parts,
    };
    const inDepth = depthErrors(example);
    setting.report(inDepth.checks);
    setting.progress(0.3);
    const inWidth = widthErrors(example);
    setting.report(inWidth.checks);
    setting.progress(0.6);
    const inBoth = productErrors(example);
    return {
      sentence:
        'The distance from the limit decreases as 1/L along coupled paths, as 1/sqrt(M) in the width, and as 1/sqrt(LM) for independent draws, before and after training.',
      checks: [...inDepth.checks, ...inWidth.checks, ...inBoth.checks],
      panels: [inDepth.panel, inWidth.panel, inBoth.panel],
    };
  },
};

interface Rows {
  readonly checks: Check[];
  readonly panel: ClaimPanel;
}

/** RMS over the draws of |X - X_ref| / |X_ref|; the reference is one net, or one per draw. */
function errorOf(state: Tensor, reference: Tensor): number {
  return scope(() => {
    const draws = (state.shape[0] ?? 1) / (reference.shape[0] ?? 1);
    const all = draws === 1 ? reference : stacked(reference, draws);
    return ops.norm(ops.sub(state, all)).item() / ops.norm(all).item();
  });
}

const slopeCheck = (name: string, { slope, standardError }: Fit, expected: number, band: number): Check =>
  within({ name: `slope in ${name}`, measured: slope, standardError }, expected, band);

const panelOf = (
  title: string,
  axis: string,
  x: readonly number[],
  errors: Readonly<Record<Time, readonly number[]>>,
): ClaimPanel => ({
  title,
  x: { title: axis, log: true },
  y: { title: 'relative error of X(., 1), RMS over draws', log: true },
  series: times.map((time) => ({
    name: words[time],
    points: x.map((value, i) => [value, errors[time][i] ?? NaN]),
  })),
});

/** The same paths theta_m(t) cut into L slices, compared with L -> infinity: 2 X_{2K} - X_K, with error O(K^-2). */
function depthErrors({ data, blocks, sizes, setting, parts }: Example): Rows {
  const { draws, particles, depths, far } = sizes.depth;
  const paths = smoothBlocks(blocks, setting.draw(1), draws * particles);
  const at = (depth: number): Trained => scope(() => train(data, paths(leftEnds(depth)), draws, parts));
  const [near, beyond] = [at(far), at(2 * far)];
  const nets = depths.map(at);
  const errors = over((time) => {
    const limit = ops.sub(ops.mulScalar(beyond[time], 2), near[time]);
    return nets.map((net) => errorOf(net[time], limit));
  });
  return {
    checks: [
      ...times.map((time) =>
        slopeCheck(`L, coupled paths, ${words[time]}`, fitPower(depths, errors[time]), -1, 0.05),
      ),
      // The energy identity of the flow, E(0) - E(s) = sum ds D + O(ds): training is the Wasserstein flow at every
      // size.
      within(
        {
          name: 'decrease of the loss in training / decrease predicted by the flow',
          measured: beyond.descent,
        },
        1,
        0.25,
      ),
    ],
    panel: panelOf('Depth: the same paths in L slices', 'slices L', depths, errors),
  };
}

const over = <T>(value: (time: Time) => T): Record<Time, T> => ({
  before: value('before'),
  after: value('after'),
});

function widthErrors({ data, blocks, sizes, setting, parts }: Example): Rows {
  const { draws, slices, particles } = sizes.width;
  const at = (width: number, nets: number, stream: number): Trained =>
    scope(() => {
      const paths = smoothBlocks(blocks, setting.draw(stream), nets * width);
      return train(data, paths(leftEnds(slices)), nets, parts);
    });
  const limit = at(sizes.wide, 1, 2);
  const pool = draws * Math.max(...particles);
  const nets = particles.map((width, i) => at(width, pool / width, 10 + i));
  const errors = over((time) => nets.map((net) => errorOf(net[time], limit[time])));
  return {
    checks: times.map((time) =>
      slopeCheck(`M, ${words[time]}`, fitPower(particles, errors[time]), -0.5, 0.05),
    ),
    panel: panelOf(`Width: M paths drawn from the law, L = ${slices}`, 'particles M', particles, errors),
  };
}

/** Independent draws in every slice, compared with an independently drawn wide net of the same depth. */
function productErrors({ data, blocks, sizes, setting, parts }: Example): Rows {
  const { draws, slices, particles } = sizes.product;
  const cells = slices.flatMap((depth, i) => {
    const at = (width: number, nets: number, stream: number): Trained =>
      scope(() => {
        const theta = independentBlocks(blocks, setting.draw(stream), depth, nets * width);
        return train(data, theta, nets, parts);
      });
    const limit = at(sizes.wide, 1, 100 + i);
    return particles.map((width, j) => {
      const net = at(width, draws, 200 + 10 * i + j);
      return { depth, width, errors: over((time) => errorOf(net[time], limit[time])) };
    });
  });
  /** The slope in one factor, averaged over the other: every value is combined with every other. */
  const inFactor = (factor: 'depth' | 'width', values: readonly number[], time: Time): Fit =>
    fitPower(
      values,
      values.map((value) =>
        Math.exp(
          mean(cells.filter((one) => one[factor] === value).map(({ errors }) => Math.log(errors[time]))),
        ),
      ),
    );
  const products = cells.map(({ depth, width }) => depth * width);
  const errors = over((time) => cells.map((cell) => cell.errors[time]));
  const panel = panelOf('Independent draws in every slice', 'particles L M', products, errors);
  return {
    checks: times.flatMap((time) => [
      slopeCheck(`LM, independent draws, ${words[time]}`, fitPower(products, errors[time]), -0.5, 0.1),
      slopeCheck(`L, independent draws, ${words[time]}`, inFactor('depth', slices, time), -0.5, 0.1),
      slopeCheck(`M, independent draws, ${words[time]}`, inFactor('width', particles, time), -0.5, 0.1),
    ]),
    panel: { ...panel, series: panel.series.map((one) => ({ ...one, mark: 'points' as const })) },
  };
}
