import { expect, it } from 'vitest';
import type { RectMark } from '../../../../draw/index.ts';
import { denseArray, family, familyBlock, projections, runIntervals } from '../../../../reference/index.ts';
import type { NumbersPart, PointsPart, SnapshotPart } from '../../parts.ts';
import { drawnBlocks, settingOf, startSchedule } from '../../problem.ts';
import { labState } from '../../state.ts';
import { all, drawn, partsOf, small, textsOf } from '../fake-states.ts';
import type { BeadsPart } from './compute.ts';

it('beads arrive step by step; widths are gaps of the sorted tau, and swaps name pairs', () => {
  const parts = partsOf({
    view: 'algorithm',
    scheme: 'mean-field',
    steps: 150,
    rate: 1,
    tauRate: 0.05,
    blocks: 6,
  });
  const beads = all<BeadsPart>(parts, 'beads');
  expect(beads.flatMap(({ step }) => step)).toEqual(Array.from({ length: 151 }, (_, i) => i));
  const swaps = beads.flatMap((part) => part.swaps);
  expect(swaps.length).toBeGreaterThan(0);
  expect(all<NumbersPart>(parts, 'numbers')[0]!.numbers.swaps).toBe(
    swaps.reduce((sum, { pairs }) => sum + pairs.length, 0),
  );
  for (const { tau, widths } of beads) {
    const first = tau!.data.slice(0, 6);
    const sum = widths.data.slice(0, 6).reduce((all_, width) => all_ + width, 0);
    expect(sum).toBeCloseTo(Math.max(...first), 3);
  }
});

it('intervals and sorted tiles move the same points along their paths', () => {
  for (const scheme of ['mean-field', 'intervals', 'no-reorder', 'learned-step'] as const) {
    const parts = partsOf({ view: 'algorithm', scheme, steps: 30, tauRate: 0.05 });
    const { numbers } = all<NumbersPart>(parts, 'numbers')[0]!;
    const last = all<SnapshotPart>(parts, 'snapshot').at(-1)!;
    const { targets } = all<PointsPart>(parts, 'points')[0]!;
    const heights = last.states.data.slice(-2 * small.points).filter((_, i) => i % 2 === 1);
    const loss =
      heights.reduce((sum, height, n) => sum + (height - targets[n]!) ** 2, 0) / (2 * small.points);
    // The last state of the path is the prediction of the algorithm.
    expect(loss).toBeCloseTo(numbers.loss!, 3);
  }
});

it('at each start, the path of intervals is the result of the earlier blocks', () => {
  const knobs = { view: 'algorithm', scheme: 'intervals', tauStart: 'random', blocks: 6 } as const;
  const state = labState({ ...small, ...knobs });
  const { states, depths } = all<SnapshotPart>(partsOf(knobs), 'snapshot')[0]!;
  const { problem } = settingOf(state);
  const theta = drawnBlocks(state);
  const { tau, tauEnd } = startSchedule(state);
  const blocks = [...tau!].map((_, i) =>
    familyBlock(family('bottleneck', 'tanh'), theta.subarray(5 * i, 5 * i + 5), new Float64Array(5)),
  );
  const inputs = denseArray([problem.samples, 2], problem.inputs);
  depths.slice(0, -1).forEach((t, k) => {
    const started = blocks.map((_, i) => i).filter((i) => tau![i]! <= t + 1e-9);
    const of = (list: Float64Array): Float64Array => Float64Array.from(started, (i) => list[i]!);
    const horizon = t + 1e-9;
    const chosen = started.map((i) => blocks[i]!);
    const { value } = runIntervals(chosen, projections.identity, of(tau!), of(tauEnd!), horizon, inputs);
    const size = value.data.length;
    states.data.slice(k * size, (k + 1) * size).forEach((x, e) => {
      expect(x).toBeCloseTo(value.data[e]!, 3);
    });
  });
});

it('beads are at the τ of the plot below, complete and side by side', () => {
  for (const scheme of ['intervals', 'mean-field'] as const) {
    const marks = drawn({ view: 'algorithm', scheme, blocks: 10, steps: 20, tauRate: 0.15, scale: 1.5 });
    const tau = all<BeadsPart>(
      partsOf({ view: 'algorithm', scheme, blocks: 10, steps: 20, tauRate: 0.15, scale: 1.5 }),
      'beads',
    )
      .at(-1)!
      .tau!.data.slice(-10);
    const labels = textsOf(marks).filter(({ weight, anchor }) => weight === 'bold' && anchor === 'middle');
    const at = tau.map((_, i) => labels.find(({ text }) => text === String(i + 1))!);
    // The distance of two beads is proportional to that of their tau.
    const unit = (at[9]!.x - at[0]!.x) / (tau[9]! - tau[0]!);
    tau.forEach((value, i) => {
      expect(at[i]!.x - at[0]!.x).toBeCloseTo(unit * (value - tau[0]!), 6);
    });
    const frame = marks.find((mark): mark is RectMark => mark.kind === 'rect')!;
    for (const [i, { x, y }] of at.entries()) {
      expect(x - 8).toBeGreaterThanOrEqual(frame.x);
      expect(y - 7.5).toBeGreaterThanOrEqual(frame.y);
      expect(y + 6.5).toBeLessThanOrEqual(frame.y + frame.height);
      for (const other of at.slice(i + 1)) expect(Math.hypot(x - other.x, y - other.y)).toBeGreaterThan(8);
    }
  }
});
