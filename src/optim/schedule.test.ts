import { expect, it } from 'vitest';
import { UsageError } from '../errors.ts';
import { checkLrOptions, learningRate, type LrOptions } from './schedule.ts';

const base: LrOptions = {
  sched: 'one-cycle',
  lr: 0.2,
  totalSteps: 25,
  stepsPerEpoch: 5,
  warmupEpochs: 0,
  warmupLr: 0,
  minLr: 0,
  peakAt: 0.2,
  decayMilestones: [],
  decayRate: 0.1,
};

/**
 * PyTorch 1.13:
 *   p = torch.nn.Parameter(torch.zeros(1)); o = torch.optim.SGD([p], lr=1)
 *   s = torch.optim.lr_scheduler.OneCycleLR(o, max_lr=0.2, total_steps=25, pct_start=0.2, div_factor=25,
 *       final_div_factor=1e4, cycle_momentum=False)
 *   print([s.get_last_lr()[0]] + [(o.step(), s.step(), s.get_last_lr()[0])[2] for _ in range(24)])
 */
const oneCycleOf25 = [
  0.008000000000000007, 0.036117749006091465, 0.10400000000000001, 0.17188225099390858, 0.2,
  0.19876883898417755, 0.19510567120690886, 0.18910069601622712, 0.180901775830697, 0.17071079527594227,
  0.1587786901151464, 0.1453992683777548, 0.130901975830697, 0.11564378393023708, 0.1000004,
  0.08435701606976291, 0.06909882416930302, 0.05460153162224523, 0.04122210988485362, 0.02929000472405773,
  0.019099024169303015, 0.010900103983772898, 0.004895128793091165, 0.0012319610158224722, 8e-7,
];

const rates = (options: Partial<LrOptions>, steps = base.totalSteps): number[] =>
  Array.from({ length: steps }, (_, step) => learningRate({ ...base, ...options }, step));

it('one-cycle equals PyTorch’s, step by step', () => {
  rates({}).forEach((rate, step) => {
    expect(Math.abs(rate / oneCycleOf25[step]! - 1), String(step)).toBeLessThan(1e-12);
  });
});

it('one-cycle rises from lr/25 to lr and falls to lr/250,000', () => {
  const all = rates({ lr: 0.1, totalSteps: 1000, peakAt: 0.3 }, 1000);
  expect(all[0]).toBeCloseTo(0.004, 14);
  expect(Math.max(...all)).toBe(0.1);
  expect(all.indexOf(0.1)).toBe(299);
  expect(all[999]).toBeCloseTo(4e-7, 18);
});

it('the shortest one-cycles stay finite and end low', () => {
  for (const totalSteps of [1, 2, 3, 5]) {
    const all = rates({ totalSteps }, totalSteps);
    expect(all.every((rate) => rate > 0 && rate <= base.lr)).toBe(true);
    expect(all.at(-1)).toBeCloseTo(8e-7, 18);
  }
});

it('cosine falls from lr to min-lr after a linear warm-up', () => {
  const options = {
    sched: 'cosine',
    lr: 0.1,
    totalSteps: 30,
    warmupEpochs: 2,
    warmupLr: 0.01,
    minLr: 0.001,
  } as const;
  const all = rates(options, 31);
  expect(all[0]).toBeCloseTo(0.019, 15);
  expect(all[4]).toBeCloseTo(0.055, 15);
  expect(all[9]).toBeCloseTo(0.1, 15);
  expect(all[10]).toBe(0.1);
  expect(all[15]).toBeCloseTo(0.001 + 0.0495 * (1 + Math.SQRT1_2), 15);
  expect(all[20]).toBeCloseTo(0.0505, 15);
  expect(all[30]).toBe(0.001);
});

it('cosine without warm-up starts at lr', () => {
  expect(rates({ sched: 'cosine' })[0]).toBe(0.2);
});

it('step multiplies the rate at its milestones, given in epochs', () => {
  const all = rates({ sched: 'step', decayMilestones: [2, 3.5] });
  const expected = (step: number): number => (step < 10 ? 0.2 : step < 17.5 ? 0.02 : 0.002);
  all.forEach((rate, step) => {
    expect(rate).toBeCloseTo(expected(step), 15);
  });
  expect(rates({ sched: 'step', decayMilestones: [1], warmupEpochs: 2 })[10]).toBeCloseTo(0.02, 15);
});

it('constant stays the same after its warm-up', () => {
  expect(rates({ sched: 'constant', warmupEpochs: 1 }, 7)).toEqual(
    [0.04, 0.08, 0.12, 0.16, 0.2, 0.2, 0.2].map((rate) => expect.closeTo(rate, 14) as number),
  );
});

it.each([
  [{ lr: 0 }, 'lr'],
  [{ totalSteps: 0 }, 'total steps'],
  [{ warmupEpochs: -1 }, 'warmup-epochs'],
  [{ warmupLr: -1 }, 'warmup-lr'],
  [{ minLr: 0.3 }, 'min-lr'],
  [{ peakAt: 1 }, 'peak-at'],
  [{ decayRate: 0 }, 'decay-rate'],
  [{ decayMilestones: [3, 3] }, 'decay-milestones must increase, got 3, 3'],
])('%j is rejected by name', (wrong, message) => {
  expect(() => {
    checkLrOptions({ ...base, ...wrong });
  }).toThrow(message);
  expect(() => {
    checkLrOptions({ ...base, ...wrong });
  }).toThrow(UsageError);
});

it('the base options are accepted', () => {
  expect(() => {
    checkLrOptions(base);
  }).not.toThrow();
});
