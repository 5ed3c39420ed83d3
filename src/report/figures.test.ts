import { beforeAll, expect, it } from 'vitest';
import { chooseTicks, makeScale, type Mark, themes } from '../draw/index.ts';
import { confusionCells, confusionMatrix } from '../pictures/confusion.ts';
import type { Figure, FigureRun, Panel } from '../pictures/figure.ts';
import { finalError } from '../pictures/final-error.ts';
import { intervals } from '../pictures/intervals.ts';
import { perClassError } from '../pictures/per-class-error.ts';
import { stepSizes } from '../pictures/step-sizes.ts';
import { swapCounts, swapsPerEpoch } from '../pictures/swaps.ts';
import { toRecords } from '../pictures/table-data.ts';
import { errorCurves, stepsPerEpoch } from '../pictures/training-curves.ts';
import { crossings, trajectories } from '../pictures/trajectories.ts';
import { finalStepsOf, stepsFrom } from '../runs/depth.ts';
import { readRun, type RunData } from '../runs/index.ts';
import { fashionClasses, writeFakeRun } from '../runs/fake-run.ts';
import { errorGroups, figureRuns } from './report.ts';
import { temporaryFolder } from '../test-folder.ts';

const root = temporaryFolder();
let meanField: FigureRun;
let vanilla: FigureRun;
let interval: FigureRun;
let learned: FigureRun;
let young: FigureRun;
beforeAll(async () => {
  const dirs = [
    writeFakeRun(root, { epochs: 6, blocks: [5, 0, 4], stepsPerEpoch: 469 }),
    writeFakeRun(root, { scheme: 'vanilla', epochs: 3, stepsPerEpoch: 60 }),
    writeFakeRun(root, { scheme: 'intervals', epochs: 3, stepsPerEpoch: 60 }),
    writeFakeRun(root, { scheme: 'learned-step', epochs: 3, stepsPerEpoch: 60 }),
    writeFakeRun(root, { seed: 8, stopAt: 30 }),
  ];
  [meanField, vanilla, interval, learned, young] = (await figureRuns(dirs)) as [
    FigureRun,
    FigureRun,
    FigureRun,
    FigureRun,
    FigureRun,
  ];
});

const marksOf = (panel: Panel | undefined, width = 440): Mark[] => {
  const flat = (mark: Mark): Mark[] => (mark.kind === 'clip' ? mark.marks.flatMap(flat) : [mark]);
  return panel?.draw(themes.light, width).marks.flatMap(flat) ?? [];
};
type Kind<K extends Mark['kind']> = Extract<Mark, { kind: K }>;
const ofKind = <K extends Mark['kind']>(marks: readonly Mark[], kind: K): Kind<K>[] =>
  marks.filter((mark): mark is Kind<K> => mark.kind === kind);
const rowsOf = (figure: Figure | undefined, panel = 0): Record<string, unknown>[] => {
  const table = figure?.panels[panel]?.table;
  return table ? toRecords(table) : [];
};
/** Bars of blocks and classes: rectangles with rounded corners. */
const barsOf = (panel: Panel | undefined): Kind<'rect'>[] =>
  ofKind(marksOf(panel), 'rect').filter(({ radius }) => radius === 2);

it('every block of a stage has a line, and every swapped pair a dot', () => {
  const { panels } = trajectories(meanField) ?? { panels: [] };
  expect(panels.map(({ id }) => id)).toEqual(['layer1', 'layer3']);
  for (const panel of panels) {
    const marks = marksOf(panel);
    const lines = ofKind(marks, 'path').filter(({ points }) => points.length > 100);
    expect(lines).toHaveLength(panel.id === 'layer1' ? 5 : 4);
    const steps = meanField.data.swaps
      .filter(({ stage }) => stage === panel.id)
      .flatMap(({ step, pairs }) => pairs.map(() => step));
    expect(steps.length).toBeGreaterThan(0);
    const [dots] = ofKind(marks, 'dots');
    expect(dots?.x.length).toBe(steps.length);
    // The dots are in the horizontal order of the steps.
    const places = Array.from(dots?.x ?? []);
    expect(places).toEqual([...places].sort((a, b) => a - b));
  }
});

it('a dot lies at the crossing of the two lines', () => {
  const bySteps = new Map(meanField.data.steps.map((record) => [record.step, record]));
  for (const { step, depth, pair } of crossings(meanField.data, 'layer1')) {
    const tau = bySteps.get(step)?.stages?.layer1?.tau ?? [];
    const [a = Number.NaN, b = Number.NaN] = pair.map((particle) => tau[particle]);
    expect(depth).toBeCloseTo((a + b) / 2, 12);
    expect(Math.abs(a - b)).toBeLessThan(0.1);
  }
});

it('no line has more than 1500 points, even if the run has more steps, and all keep both ends', async () => {
  const data = await readRun(meanField.data.dir).data({ maxPoints: Infinity });
  expect(data.steps).toHaveLength(2814);
  const figure = trajectories({ ...meanField, data });
  const table = rowsOf(figure);
  for (const block of [0, 1, 2, 3, 4]) {
    const line = table.filter(({ series }) => series === `block ${block}`);
    expect(line.length).toBeLessThanOrEqual(1500);
    expect([line[0]?.step, line.at(-1)?.step]).toEqual([1, 2814]);
  }
  const curve = rowsOf(errorCurves([{ ...meanField, data }])).filter(({ series }) => series === 'training');
  expect(curve.length).toBeGreaterThan(1000);
  expect(curve.length).toBeLessThanOrEqual(1500);
});

it('a vanilla run has no depth figures', () => {
  expect([trajectories(vanilla), stepSizes(vanilla), intervals(vanilla), swapsPerEpoch(vanilla)]).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

it('step sizes are in depth order and sum to the last position', () => {
  const rows = rowsOf(stepSizes(meanField));
  const finalSteps = meanField.data.result?.finalSteps.layer1;
  expect(rows.map(({ block }) => block)).toEqual(finalSteps?.order.map((block) => `block ${block}`));
  const sum = rows.reduce((total, row) => total + Number(row['step size']), 0);
  expect(sum).toBeCloseTo(Math.max(...(finalSteps?.tau ?? [])), 4);
  const bars = barsOf(stepSizes(meanField)?.panels[0]);
  const heights = bars.map(({ height }) => height);
  const unit = heights[0]! / Number(rows[0]?.['step size']);
  rows.forEach((row, i) => {
    expect(heights[i]).toBeCloseTo(unit * Number(row['step size']), 6);
  });
});

it('the reference line is the initial step size of all blocks', () => {
  const start = (run: FigureRun): number => {
    const panel = stepSizes(run)?.panels[0];
    const dashed = ofKind(marksOf(panel), 'path').find(({ dash }) => dash?.length);
    const [bar] = barsOf(panel);
    const size = Number(rowsOf(stepSizes(run))[0]?.['step size']);
    return ((bar!.y + bar!.height - dashed!.points[1]!) / bar!.height) * size;
  };
  expect(start(meanField)).toBeCloseTo(1, 6);
  const uniform = { ...meanField.data, config: { ...meanField.data.config, 'tau-start': 'uniform' } };
  expect(start({ ...meanField, data: uniform })).toBeCloseTo(1 / 5, 6);
});

it('an unfinished run shows the step sizes of its last record', () => {
  const last = young.data.steps.at(-1)?.stages?.layer1;
  expect(young.data.result).toBeUndefined();
  expect(finalStepsOf(young.data, 'layer1')).toEqual(stepsFrom(last ?? {}, true));
});

it('step sizes are gaps of the sorted positions; without reordering negative ones are 0; widths for intervals', () => {
  expect(stepsFrom({ tau: [2, 0.5, 3] }, true)).toMatchObject({ order: [1, 0, 2], steps: [0.5, 1.5, 1] });
  expect(stepsFrom({ tau: [2, 0.5, 3] }, false)).toMatchObject({ order: [0, 1, 2], steps: [2, 0, 2.5] });
  expect(stepsFrom({ tau: [2, 0.5], tauEnd: [2.5, 3] }, true)).toMatchObject({
    order: [1, 0],
    steps: [2.5, 0.5],
  });
  expect(stepsFrom({ step: [1, 0.5] }, true)).toMatchObject({ order: [0, 1], steps: [1, 0.5] });
});

it('intervals are drawn from tau to tau prime, for their scheme alone', () => {
  const rows = rowsOf(intervals(interval));
  const finalSteps = interval.data.result?.finalSteps.layer1;
  expect(rows.map(({ block }) => block)).toEqual(finalSteps?.order.map((i) => `block ${i}`));
  const bars = barsOf(intervals(interval)?.panels[0]);
  expect(bars).toHaveLength(rows.length);
  const unit = bars[0]!.width / (Number(rows[0]?.end) - Number(rows[0]?.start));
  finalSteps?.order.forEach((i, row) => {
    expect(rows[row]?.start).toBeCloseTo(finalSteps.tau[i] ?? 0, 5);
    expect(rows[row]?.end).toBeCloseTo(finalSteps.tauEnd?.[i] ?? 0, 5);
    expect(bars[row]?.x).toBeCloseTo(
      bars[0]!.x + unit * (Number(rows[row]?.start) - Number(rows[0]?.start)),
      6,
    );
  });
  expect(intervals(meanField)).toBeUndefined();
});

it('learned steps have lines and no dots', () => {
  const figure = trajectories(learned);
  expect(figure?.title).toBe('Step sizes during training');
  const marks = marksOf(figure?.panels[0]);
  expect(ofKind(marks, 'path').filter(({ points }) => points.length > 100)).toHaveLength(3);
  expect(ofKind(marks, 'dots').every(({ x }) => x.length === 0)).toBe(true);
});

it('order changes are counted by stage and epoch, also in bins', () => {
  const swap = (epoch: number, stage: string): RunData['swaps'][number] => ({
    step: 1,
    epoch,
    stage,
    before: [0, 1],
    after: [1, 0],
    pairs: [[0, 1]],
  });
  const data = {
    ...meanField.data,
    epochs: [],
    steps: [],
    swaps: [swap(0, 'a'), swap(0, 'a'), swap(1, 'a'), swap(1, 'b')],
  };
  expect(swapCounts(data).counts).toEqual([
    { epoch: 1, stage: 'a', swaps: 2 },
    { epoch: 2, stage: 'a', swaps: 1 },
    { epoch: 2, stage: 'b', swaps: 1 },
  ]);
  const long = { ...data, swaps: [swap(0, 'a'), swap(1, 'a'), swap(199, 'a')] };
  expect(swapCounts(long)).toEqual({
    bin: 2,
    epochs: 200,
    counts: [
      { epoch: 1, stage: 'a', swaps: 2 },
      { epoch: 199, stage: 'a', swaps: 1 },
    ],
  });
  const total = swapCounts(meanField.data).counts.reduce((sum, { swaps }) => sum + swaps, 0);
  expect(total).toBe(meanField.data.result?.swaps);
});

it('the rows of the confusion matrix are shares of the true class, the largest mistake is the darkest', () => {
  const cells = confusionCells([
    [90, 10, 0],
    [1, 1, 0],
    [0, 0, 0],
  ]);
  expect(cells.map(({ true: t, predicted, share }) => [t, predicted, share])).toEqual([
    [0, 0, 90],
    [0, 1, 10],
    [1, 0, 50],
    [1, 1, 50],
  ]);
  const mistakes = cells.filter((cell) => cell.true !== cell.predicted);
  expect(mistakes[1]?.strength).toBeGreaterThan(mistakes[0]?.strength ?? 1);
  expect(confusionMatrix(young)).toBeUndefined();
});

it('classes are sorted by error', () => {
  const figure = perClassError([meanField]);
  const errors = rowsOf(figure).map((row) => Number(row['test error in %']));
  expect(errors).toEqual([...errors].sort((a, b) => b - a));
  const widths = barsOf(figure?.panels[0]).map(({ width }) => width);
  expect(widths).toHaveLength(fashionClasses.length);
  expect(widths).toEqual([...widths].sort((a, b) => b - a));
});

it('a class without test images has no bar, and is named', () => {
  const { result } = meanField.data;
  const perClass = result!.perClassError.map((error, c) => (c === 3 ? null : error));
  const run: FigureRun = {
    ...meanField,
    data: { ...meanField.data, result: { ...result!, perClassError: perClass } },
  };
  const figure = perClassError([run]);
  expect(barsOf(figure?.panels[0])).toHaveLength(fashionClasses.length - 1);
  expect(rowsOf(figure)).toHaveLength(fashionClasses.length - 1);
  expect(figure?.caption).toContain(`No test images: ${fashionClasses[3]!}.`);
  const both = perClassError([run, interval]);
  expect(rowsOf(both)).toHaveLength(2 * fashionClasses.length - 1);
});

it('several runs are compared by class only if they have the same classes', () => {
  expect(perClassError([meanField, young])).toBeUndefined();
  const { result } = meanField.data;
  const other: FigureRun = {
    ...vanilla,
    data: { ...vanilla.data, ...(result && { result: { ...result, classes: ['a', 'b'] } }) },
  };
  expect(perClassError([other, meanField])).toBeUndefined();
  const figure = perClassError([other, meanField, interval]);
  expect(rowsOf(figure)).toHaveLength(2 * fashionClasses.length);
  expect(figure?.caption).toContain('2 of 3 runs');
});

it('the caption says how far the blocks moved', () => {
  const record = (step: number, tau: number[]): RunData['steps'][number] => ({
    step,
    epoch: 0,
    loss: 1,
    error: 1,
    lr: 1,
    imagesPerSecond: 1,
    seconds: 1,
    stages: { layer1: { tau } },
  });
  const data = { ...bareRun, steps: [record(1, [1, 2]), record(2, [1.02, 1.953])] };
  expect(trajectories({ ...meanField, data })?.caption).toContain(
    'Block 1 of layer1 moves furthest, by −0.047.',
  );
});

it('final test errors have a dot per run and a mean per scheme', () => {
  const run = (scheme: string, seed: number, testError: number): FigureRun => ({
    ...meanField,
    summary: { ...meanField.summary, scheme, seed, testError, name: `${scheme}${seed}` },
  });
  const runs = [run('vanilla', 1, 8), run('vanilla', 2, 9), run('mean-field', 1, 7), run('mean-field', 2, 8)];
  const figure = finalError(runs, errorGroups);
  expect(rowsOf(figure).map((row) => [row.group, row['test error in %']])).toEqual([
    ['vanilla', 8],
    ['vanilla', 9],
    ['mean-field', 7],
    ['mean-field', 8],
  ]);
  // The best row is on top; its mean is halfway between its dots.
  const marks = marksOf(figure?.panels[0]);
  const dots = ofKind(marks, 'dots').map(({ x, y }) => [x[0]!, y[0]!] as const);
  expect(dots[0]![1]).toBeLessThan(dots[3]![1]);
  const means = ofKind(marks, 'path').filter(({ lineWidth }) => lineWidth === 2);
  expect(means[0]?.points[0]).toBeCloseTo((dots[0]![0] + dots[1]![0]) / 2, 6);
  expect(ofKind(marks, 'text').map(({ text }) => text)).toEqual(
    expect.arrayContaining(['7.50 ± 0.50', '8.50 ± 0.50']),
  );
  expect(finalError([run('vanilla', 1, 8), young], errorGroups)).toBeUndefined();
});

const bareRun: RunData = { name: 'bare', dir: 'bare', steps: [], epochs: [], swaps: [], problems: [] };

it('the length of an epoch is known from the result, else from the plan, else from the records', () => {
  const { data } = meanField;
  expect(stepsPerEpoch(data)).toBe(469);
  const planned: RunData = {
    ...bareRun,
    steps: data.steps,
    config: { epochs: 6 },
    ...(data.status && { status: data.status }),
  };
  expect(stepsPerEpoch(planned)).toBe(469);
  const records = data.steps.filter(({ step }) => step > 465 && step < 480);
  expect(stepsPerEpoch({ ...bareRun, steps: records })).toBeCloseTo(469, -1);
  expect(stepsPerEpoch(bareRun)).toBeUndefined();
});

it('positions on an axis follow its scale', () => {
  expect(makeScale('sqrt', [0, 100], [0, 1])(25)).toBeCloseTo(0.5, 12);
  expect(makeScale('log', [0.1, 10], [0, 1])(1)).toBeCloseTo(0.5, 12);
  expect(makeScale('linear', [0, 4], [0, 1])(1)).toBe(0.25);
});

it('logarithmic ticks are few and round', () => {
  expect(chooseTicks('log', 0.05, 2.5, 6)).toEqual([0.05, 0.1, 0.2, 0.5, 1, 2]);
  expect(chooseTicks('log', 1e-5, 3, 6)).toEqual([1e-5, 1e-4, 1e-3, 0.01, 0.1, 1]);
  expect(chooseTicks('log', 0.2, 0.3, 6).length).toBeGreaterThanOrEqual(2);
});
