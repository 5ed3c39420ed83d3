/** The contents of the lab's pictures, on the reference engine. */
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../errors.ts';
import { denseArray, family, familyBlock, projections, runIntervals } from '../../../reference/index.ts';
import {
  type CellsMark,
  type Mark,
  type PathMark,
  type RectMark,
  textWidth,
  type TextMark,
  themes,
} from '../../../draw/index.ts';
import type { Engine } from '../engine.ts';
import { knobNames, type LabState, viewNames } from '../knobs.ts';
import type { LabPart } from '../parts.ts';
import { presets } from '../presets.ts';
import { drawnBlocks, settingOf, startSchedule } from '../problem.ts';
import { referenceEngine } from '../reference-engine.ts';
import { noData, scenes, withPart } from '../scenes/index.ts';
import { linesPlot } from '../scenes/lines.ts';
import { labState } from '../state.ts';
import { checkCost, computeView, costBounds, views } from './index.ts';

const small = { points: 20, depth: 4, particles: 6, steps: 12, blocks: 4 } as const;

function partsOf(knobs: Partial<LabState>, engine: Engine = referenceEngine): LabPart[] {
  const parts: LabPart[] = [];
  computeView(labState({ ...small, ...knobs }), engine, (part) => {
    parts.push(part);
  });
  return parts;
}
const all = <P extends LabPart['part']>(
  parts: readonly LabPart[],
  name: P,
): Extract<LabPart, { part: P }>[] =>
  parts.filter((part): part is Extract<LabPart, { part: P }> => part.part === name);
const numbersOf = (knobs: Partial<LabState>): Readonly<Record<string, number>> =>
  all(partsOf(knobs), 'numbers')[0]!.numbers;

/** Bilinear interpolation on a square grid. */
function bilinear(values: readonly number[], side: number, x: number, y: number): number {
  const [i, j] = [Math.min(side - 2, Math.floor(x)), Math.min(side - 2, Math.floor(y))];
  const at = (di: number, dj: number): number => values[(j + dj) * side + i + di]!;
  const [u, v] = [x - i, y - j];
  return at(0, 0) * (1 - u) * (1 - v) + at(1, 0) * u * (1 - v) + at(0, 1) * (1 - u) * v + at(1, 1) * u * v;
}

/** All grids of a part with their names. */
function grids(part: object): { shape: number[]; data: number[] }[] {
  return Object.values(part).filter(
    (value: unknown): value is { shape: number[]; data: number[] } =>
      typeof value === 'object' && value !== null && 'shape' in value,
  );
}

describe.each(viewNames)('the view %s', (view) => {
  const csv = 'x1,x2,y\n0,0,1\n1,-1,0\n-1,0.5,0.2\n0.3,0.3,0.3\n';
  const others = [
    {},
    { family: 'matrix', data: 'xor' },
    { data: 'single-index', law: 'ball' },
    { data: 'csv', csv, law: 'sphere' },
    { trained: 3, activation: 'gelu' },
    { depth: 1, particles: 1, blocks: 1, steps: 1, points: 4, law: 'smooth' },
    { law: 'zero', activation: 'erf', scheme: 'intervals' },
    { activation: 'softplus', scheme: 'learned-step', tauStart: 'random', order: 0 },
  ] as const satisfies readonly Partial<LabState>[];

  it.each(others)(
    'of %j starts with the points, has one part of numbers, and is finite throughout',
    (knobs) => {
      const parts = partsOf({ view, ...knobs });
      const shown = parts.filter(({ part }) => part !== 'progress');
      expect(shown[0]!.part).toBe('points');
      expect(all(parts, 'numbers')).toHaveLength(1);
      const { numbers } = all(parts, 'numbers')[0]!;
      for (const [name, value] of Object.entries(numbers)) {
        expect(Object.keys(views[view].numbers)).toContain(name);
        // Without a gradient, angle and bound are undefined; the latter is reported as Infinity.
        if (name !== 'ratio') expect([name, Number.isFinite(value)]).toEqual([name, true]);
      }
      for (const part of parts) {
        const text = JSON.stringify(part, (_, value: unknown) =>
          typeof value === 'number' && !Number.isFinite(value) ? 'not finite' : value,
        );
        expect(text.length).toBeLessThan(1e6);
        if (part.part !== 'numbers') expect(text).not.toContain('not finite');
        for (const { shape, data } of grids(part))
          expect(data).toHaveLength(shape.reduce((product, size) => product * size, 1));
      }
    },
  );

  it('names existing knobs, each once', () => {
    for (const name of views[view].knobs) expect(knobNames).toContain(name);
    expect(new Set(views[view].knobs).size).toBe(views[view].knobs.length);
  });

  it('is reproducible for a seed and differs between seeds', () => {
    const text = (seed: number): string => JSON.stringify(partsOf({ view, seed }));
    expect(text(1)).toBe(text(1));
    expect(text(1)).not.toBe(text(2));
  });

  it('costs more with more points, and rejects problems that would take too long before it computes', () => {
    const { cost } = views[view];
    const state = labState({ view, ...small });
    expect(cost({ ...state, points: 200 })).toBeGreaterThan(cost(state));
    const large = {
      view,
      points: 1000,
      depth: 200,
      particles: 1000,
      blocks: 64,
      steps: 5000,
      trained: 100,
    } as const;
    const refused = (): unknown => partsOf(large);
    expect(refused).toThrow(UsageError);
    expect(refused).toThrow(
      /^this picture needs about \d\S*×10\S+ evaluations .* the reference engine takes at most 4×10⁸: take fewer points N \(now 1000\)/,
    );
  });
});

it('the native engine has a higher limit than the reference', () => {
  expect(costBounds.native).toBeGreaterThan(costBounds.reference);
});

it('final heights agree with the predictions of E and of the field', () => {
  const parts = partsOf({ view: 'flow', trained: 5, data: 'moons' });
  const flow = all(parts, 'flow')[0]!;
  const points = all(parts, 'points')[0]!;
  const last = flow.states.data.slice(-2 * small.points).filter((_, i) => i % 2 === 1);
  const loss =
    last.reduce((sum, height, n) => sum + (height - points.targets[n]!) ** 2, 0) / (2 * small.points);
  expect(loss).toBeCloseTo(flow.loss, 3);
  // The corner of the mesh at depth 0 is the corner of the window, and ends where the field predicts.
  const mesh = all(parts, 'mesh')[0]!;
  const field = all(parts, 'field').find(({ t }) => t === 0)!;
  expect(mesh.states.data.slice(0, 2)).toEqual([-field.window, -field.window]);
  expect(mesh.states.data.at(-13 * 13 * 2 + 1)).toBeCloseTo(field.values.data[0]!, 3);
});

it('at depth 1 the field equals the height', () => {
  const field = all(partsOf({ view: 'flow' }), 'field').find(({ t }) => t === 1)!;
  const [rows = 0] = field.values.shape;
  expect(field.values.data[0]).toBe(-field.window);
  expect(field.values.data[rows * rows - 1]).toBe(field.window);
});

it('at every depth the field predicts the final heights of the points', () => {
  const parts = partsOf({ view: 'flow', scale: 0.7, particles: 20 });
  const { states, depths } = all(parts, 'flow')[0]!;
  const [, count = 0] = states.shape;
  const fields = all(parts, 'field');
  expect(fields.map(({ t }) => t).sort()).toEqual(depths);
  for (const { t, window, values } of fields) {
    const [rows = 0] = values.shape;
    const here = states.data.slice(2 * count * depths.indexOf(t));
    for (let n = 0; n < count; n++) {
      const [column, row] = [here[2 * n]!, here[2 * n + 1]!].map((x) => ((x / window + 1) / 2) * (rows - 1));
      const end = states.data[2 * count * (depths.length - 1) + 2 * n + 1]!;
      expect(Math.abs(bilinear(values.data, rows, column!, row!) - end)).toBeLessThan(0.01);
    }
  }
});

it('the distance of a smooth ResNet from its ODE halves as depth doubles', () => {
  const at = (depth: number): number => numbersOf({ view: 'flow', law: 'smooth', depth, scale: 1 }).euler!;
  expect(at(16) / at(32)).toBeGreaterThan(1.8);
  expect(at(16) / at(32)).toBeLessThan(2.2);
});

it('costates stay above their bound, trained or not', () => {
  for (let seed = 1; seed <= 12; seed++)
    for (const trained of [0, 20])
      expect(numbersOf({ view: 'costate', seed, trained, scale: 1.5, ds: 0.2 }).ratio).toBeGreaterThanOrEqual(
        1 - 1e-12,
      );
});

it('at depth 1 the norm of the costate is sqrt(2 E)', () => {
  const { end, loss } = numbersOf({ view: 'costate' });
  expect(end! ** 2 / (2 * loss!)).toBeCloseTo(1, 12);
});

it('the landscape equals G at each particle in its plane', () => {
  const parts = partsOf({ view: 'gradient', particle: 2, axisX: 0, axisY: 4, scale: 0.5 });
  const { values, window, particles, own } = all(parts, 'landscape')[0]!;
  const [rows = 0] = values.shape;
  const place = (x: number): number => ((x / window + 1) / 2) * (rows - 1);
  const [x, y] = [place(particles.data[4]!), place(particles.data[5]!)];
  const between = bilinear(values.data, rows, x, y);
  expect(between).toBeCloseTo(own[2]!, 2);
});

it('G tends to the two-layer gradient as rho shrinks', () => {
  const angle = (scale: number): number => 1 - numbersOf({ view: 'gradient', scale }).cosine!;
  expect(angle(0.25)).toBeLessThan(angle(1) / 4);
  expect(angle(0.25)).toBeGreaterThan(0);
});

it('from a stuck rho there is a descent direction, E falls along it as predicted, and gradient flow stays', () => {
  const { gap, slope, loss, best, lambda } = numbersOf({ view: 'descent', law: 'zero', radius: 4 });
  expect(gap).toBeLessThan(-0.1);
  expect(Math.abs(slope! - 1)).toBeLessThan(1e-2);
  expect(best).toBeLessThan(loss!);
  expect(lambda).toBeGreaterThan(0);
  const stuck = numbersOf({ view: 'training', law: 'zero' });
  expect(stuck.loss).toBe(stuck.start);
  expect(stuck.distance).toBe(0);
});

it('lambda 0 draws the mixture of the line search', () => {
  const parts = partsOf({ view: 'descent', lambda: 0 });
  const after = all(parts, 'flow').find(({ name }) => name === 'after')!;
  expect(after.loss).toBeCloseTo(all(parts, 'numbers')[0]!.numbers.best!, 12);
});

it('with one step of depth, E is convex along a mixture and above its tangent', () => {
  const { loss, linear, lambda } = all(partsOf({ view: 'descent', depth: 1, particles: 24 }), 'along')[0]!;
  lambda.forEach((_, i) => {
    expect(loss[i]! - linear[i]!).toBeGreaterThanOrEqual(-1e-4);
    if (i > 0 && i < lambda.length - 1)
      expect(loss[i - 1]! + loss[i + 1]! - 2 * loss[i]!).toBeGreaterThanOrEqual(-1e-3);
  });
});

it('the error of the energy identity shrinks with the step size', () => {
  const defect = (ds: number, integrator: LabState['integrator']): number =>
    numbersOf({ view: 'training', ds, steps: Math.round(2 / ds), integrator }).defect!;
  expect(defect(0.1, 'euler') / defect(0.05, 'euler')).toBeGreaterThan(1.7);
  expect(defect(0.1, 'rk4')).toBeLessThan(1e-3 * defect(0.1, 'euler'));
});

it('particles move no further than the dissipated energy allows', () => {
  const { distance, reach } = numbersOf({ view: 'training', ds: 0.2, steps: 40 });
  expect(distance).toBeLessThanOrEqual(reach!);
  expect(distance).toBeGreaterThan(0.1);
});

it('training curves arrive in consecutive parts, with a snapshot and the particles at both ends', () => {
  const parts = partsOf({ view: 'training', steps: 100 });
  const steps = all(parts, 'curve').flatMap(({ step }) => step);
  expect(steps).toEqual(Array.from({ length: 101 }, (_, i) => i));
  const snapshots = all(parts, 'snapshot').map(({ step }) => step);
  expect(snapshots[0]).toBe(0);
  expect(snapshots.at(-1)).toBe(100);
  expect(all(parts, 'particles').map(({ step }) => step)).toEqual(snapshots);
});

it('for a small rho, each order of the expansion reduces the remainder', () => {
  const orders = all(partsOf({ view: 'expansion', eps: 0.3, order: 5 }), 'order');
  expect(orders).toHaveLength(6);
  orders.slice(1).forEach(({ error }, k) => {
    expect(error).toBeLessThan(0.5 * orders[k]!.error);
  });
  expect(orders.map(({ paths }) => paths)).toEqual([1, 1, 6 / 16, 4 / 64, 1 / 256, 0]);
});

it('rejects an expansion for relu in one line', () => {
  expect(() => partsOf({ view: 'expansion', activation: 'relu' })).toThrow(
    /relu is not smooth .* choose tanh/,
  );
});

it('as alpha grows, the lazy network tends to its linearisation and its blocks move less', () => {
  const at = (alpha: number): Readonly<Record<string, number>> =>
    numbersOf({ view: 'regimes', alpha, steps: 40, ds: 0.5 });
  const [near, far] = [at(400), at(20)];
  expect(Math.abs(near.lazy! - near.lazyLimit!)).toBeLessThan(0.1 * Math.abs(far.lazy! - far.lazyLimit!));
  expect(far.lazyMovement! / near.lazyMovement!).toBeCloseTo(20, 0);
  expect(near.movement).toBe(far.movement);
  expect(near.alignmentEnd).toBeGreaterThan(near.alignmentStart!);
});

it('beads arrive step by step; widths are gaps of the sorted tau, and swaps name pairs', () => {
  const parts = partsOf({
    view: 'algorithm',
    scheme: 'mean-field',
    steps: 150,
    rate: 1,
    tauRate: 0.05,
    blocks: 6,
  });
  const beads = all(parts, 'beads');
  expect(beads.flatMap(({ step }) => step)).toEqual(Array.from({ length: 151 }, (_, i) => i));
  const swaps = beads.flatMap((part) => part.swaps);
  expect(swaps.length).toBeGreaterThan(0);
  expect(all(parts, 'numbers')[0]!.numbers.swaps).toBe(
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
    const { numbers } = all(parts, 'numbers')[0]!;
    const last = all(parts, 'snapshot').at(-1)!;
    const { targets } = all(parts, 'points')[0]!;
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
  const { states, depths } = all(partsOf(knobs), 'snapshot')[0]!;
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

it('reports a diverged training in one line', () => {
  expect(() => partsOf({ view: 'training', activation: 'relu', ds: 20, scale: 4, steps: 200 })).toThrow(
    /^the training diverged at step \d+ \(E = .*\): take a smaller ds or rate$/,
  );
});

it('does not train the same rho twice', () => {
  let trainings = 0;
  const counting: Engine = {
    ...referenceEngine,
    train(...given) {
      trainings++;
      return referenceEngine.train(...given);
    },
  };
  for (const knobs of [{ view: 'flow' }, { view: 'costate' }, { view: 'descent', radius: 2 }] as const)
    partsOf({ trained: 4, ...knobs }, counting);
  expect(trainings).toBe(1);
  partsOf({ trained: 5 }, counting);
  expect(trainings).toBe(2);
});

it('every preset names a number and only knobs of its view', () => {
  for (const { name, state, key } of presets) {
    const view = views[state.view];
    expect([name, Object.keys(view.numbers).includes(key)]).toEqual([name, true]);
    for (const knob of Object.keys(state))
      if (knob !== 'view')
        expect([name, (view.knobs as readonly string[]).includes(knob)]).toEqual([name, true]);
  }
  expect(new Set(presets.map(({ name }) => name)).size).toBe(presets.length);
  expect(new Set(presets.map(({ state }) => state.view)).size).toBe(viewNames.length);
});

it('slower blocks have a lower limit', () => {
  const state = { view: 'training', points: 500, depth: 50, particles: 30, steps: 60 } as const;
  expect(() => {
    checkCost(labState(state), 'reference');
  }).not.toThrow();
  expect(() => {
    checkCost(labState({ ...state, activation: 'gelu' }), 'reference');
  }).toThrow(
    /: take fewer points N \(now 500\), particles M \(30\) or steps \(60\), or a smaller depth L \(now 50\), or bottleneck blocks with tanh$/,
  );
});

it('an error suggests only knobs that help', () => {
  const state = labState({ view: 'training', points: 1000, depth: 200, particles: 1000, trained: 10 });
  expect(() => {
    checkCost(state, 'native');
  }).toThrow(/take fewer points N \(now 1000\), particles M \(1000\) or steps \(200\), or a smaller depth L/);
});

/** The picture of a state as drawn by its scene, with the sliders at the state's positions. */
function drawn(knobs: Partial<LabState>, width = 900): Mark[] {
  const state = labState({ ...small, ...knobs });
  const scene = scenes[state.view];
  const { marks } = scene.picture({
    data: partsOf(knobs).reduce(withPart, noData),
    state,
    cursor: { t: state.t, s: state.s },
    width,
    height: scene.height(width),
    theme: themes.light,
  });
  const flat = (mark: Mark): Mark[] => (mark.kind === 'clip' ? mark.marks.flatMap(flat) : [mark]);
  return marks.flatMap(flat);
}
const textsOf = (marks: readonly Mark[]): TextMark[] =>
  marks.filter((mark): mark is TextMark => mark.kind === 'text');
const wordsOf = (marks: readonly Mark[]): string =>
  textsOf(marks)
    .map(({ text }) => text)
    .join('\n');

describe.each(viewNames)('the picture of %s', (view) => {
  it.each([390, 720, 1230])('keeps its text inside, %i px wide', (width) => {
    for (const { x, text, size = 12, anchor = 'start' } of textsOf(drawn({ view, trained: 3 }, width))) {
      // The text width estimate is about 10 % too large.
      const length = 0.9 * textWidth(text, size);
      const left = x - (anchor === 'start' ? 0 : anchor === 'end' ? length : length / 2);
      expect([text, left >= -4, left + length <= width + 4]).toEqual([text, true, true]);
    }
  });
});

it('the picture of a mixture shows the drawn λ and the best λ', () => {
  const best = numbersOf({ view: 'descent' }).lambda!;
  expect(wordsOf(drawn({ view: 'descent', lambda: 0 }))).toContain(
    `λ = ${Number(best.toPrecision(4))}, the best`,
  );
  expect(wordsOf(drawn({ view: 'descent', lambda: 0.25 }))).toMatch(/λ = 0.25$/m);
});

it('with one step of depth, G is a line over the whole axis', () => {
  const marks = drawn({ view: 'descent', depth: 1 });
  const title = textsOf(marks).find(({ text }) => text === 'G by depth')!;
  const lines = marks.filter(
    (mark): mark is PathMark =>
      mark.kind === 'path' &&
      mark.lineWidth === 1.8 &&
      mark.points[1]! > title.y &&
      // Excludes legend samples.
      mark.points[2]! - mark.points[0]! > 30,
  );
  expect(lines).toHaveLength(2);
  for (const { points } of lines) expect(points[2]! - points[0]!).toBeGreaterThan(100);
});

it('a line of a single point is a dot', () => {
  const box = { x: 0, y: 0, width: 300, height: 200 };
  const lines = [{ name: '', x: [0.5], y: [2], colour: { light: '#123456', dark: '#654321' } }];
  const marks = linesPlot({ box, title: 'one', x: { from: 0, to: 1 }, lines }, themes.light);
  expect(marks.filter(({ kind }) => kind === 'dots')).toMatchObject([
    { x: [expect.any(Number)], fill: '#123456' },
  ]);
});

it('landscapes fill their frames and state their depth range', () => {
  const marks = drawn({ view: 'gradient', depth: 4, t: 0.6 }, 1024);
  expect(wordsOf(marks)).toContain('G(θ, t) of the block from t = 0.5 to 0.75');
  const cells = marks.filter((mark) => mark.kind === 'cells' && mark.rows > 1) as CellsMark[];
  expect(cells).toHaveLength(2);
  for (const { x, y, width, height } of cells) {
    expect(width).toBeCloseTo(height, 6);
    const frame = marks.find(
      (mark): mark is RectMark => mark.kind === 'rect' && mark.x === x && mark.y === y,
    )!;
    expect(frame.width).toBeCloseTo(width, 6);
    expect(frame.height).toBeCloseTo(height, 6);
  }
});

it('beads are at the τ of the plot below, complete and side by side', () => {
  for (const scheme of ['intervals', 'mean-field'] as const) {
    const marks = drawn({ view: 'algorithm', scheme, blocks: 10, steps: 20, tauRate: 0.15, scale: 1.5 });
    const tau = all(
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

it('the class legend is above the plane, clear of points', () => {
  const marks = drawn({ view: 'flow' });
  const frame = marks.find((mark): mark is RectMark => mark.kind === 'rect')!;
  for (const name of ['class A → height 1', 'class B → height −1'])
    expect(textsOf(marks).find(({ text }) => text === name)!.y).toBeLessThan(frame.y);
});

it('a ResNet is drawn with corners, its ODE with smooth paths', () => {
  const broad = (knobs: Partial<LabState>): number =>
    drawn({ view: 'flow', ...knobs }).filter((mark) => mark.kind === 'path' && mark.lineWidth === 4).length;
  expect(broad({ law: 'smooth' })).toBe(2);
  expect(broad({ law: 'gaussian' })).toBe(0);
});
