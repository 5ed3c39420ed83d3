/** `meanfield bench scaling`: the growth of our cost with each size, as fitted exponents. */
import { type Fit, fitPower, median } from '../stats/index.ts';
import { runWorker, type WorkerResult } from './alternate.ts';
import type { FlowSetting } from './flow.ts';
import { ourWorker } from './programs.ts';
import type { StepSetting } from './step.ts';

export interface Growth {
  /** flow or step */
  readonly of: string;
  readonly in: string;
  readonly sizes: readonly number[];
  /** Median milliseconds at each size. */
  readonly ms: readonly number[];
  /** p of ms ~ C size^p, with its standard error. */
  readonly exponent: Fit;
}

const flowSizes = {
  slices: [25, 50, 100, 200],
  particles: [500, 1000, 2000, 4000],
  samples: [500, 1000, 2000, 4000],
} as const;
const stepSizes = { depth: [20, 32, 44, 56], batch: [64, 128, 256, 512], width: [16, 32, 48, 64] } as const;

export type GrowthAxis = `flow ${keyof typeof flowSizes}` | `step ${keyof typeof stepSizes}`;
export const growthAxes: readonly GrowthAxis[] = [
  ...(Object.keys(flowSizes) as (keyof typeof flowSizes)[]).map((axis) => `flow ${axis}` as const),
  ...(Object.keys(stepSizes) as (keyof typeof stepSizes)[]).map((axis) => `step ${axis}` as const),
];

/**
 * Times fresh processes at each size of one axis, `processes` times in turn, with the other sizes of the other
 * benchmarks.
 */
export async function measureGrowth(
  axis: GrowthAxis,
  { threads, steps, warmup }: Pick<StepSetting, 'threads' | 'steps' | 'warmup'>,
  processes: number,
): Promise<Growth> {
  const [of = '', name = ''] = axis.split(' ');
  const sizes: readonly number[] =
    of === 'flow' ? flowSizes[name as keyof typeof flowSizes] : stepSizes[name as keyof typeof stepSizes];
  const common = { threads, steps, warmup };
  const flow: FlowSetting = {
    samples: 1000,
    particles: 1000,
    features: 16,
    slices: 50,
    dtype: 'f64',
    ...common,
  };
  const step: StepSetting = {
    depth: 20,
    batch: 128,
    width: 16,
    scheme: 'mean-field',
    reorder: true,
    bf16: false,
    ...common,
  };
  const times = sizes.map((): number[] => []);
  for (let i = 0; i < processes; i++)
    for (const [at, size] of sizes.entries()) {
      const setting = of === 'flow' ? { ...flow, [name]: size } : { ...step, [name]: size };
      const { ms } = await runWorker<WorkerResult>(ourWorker(`${of}-worker`, setting));
      times[at]?.push(median(ms));
    }
  const ms = times.map(median);
  return { of, in: name, sizes, ms, exponent: fitPower(sizes, ms) };
}
