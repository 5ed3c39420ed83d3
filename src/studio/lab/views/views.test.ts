/** All views, on the reference engine. */
import { describe, expect, it } from 'vitest';
import { textWidth, themes } from '../../../draw/index.ts';
import { UsageError } from '../../../errors.ts';
import { linesPlot } from '../drawing/lines.ts';
import type { Engine } from '../engine.ts';
import type { NumbersPart } from '../parts.ts';
import { presets } from '../presets.ts';
import { referenceEngine } from '../reference-engine.ts';
import { knobNames, labState } from '../state.ts';
import { all, drawn, partsOf, small, textsOf } from './fake-states.ts';
import { checkCost, costBounds, type LabState, viewNames, views } from './index.ts';

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
      expect(all<NumbersPart>(parts, 'numbers')).toHaveLength(1);
      const { numbers } = all<NumbersPart>(parts, 'numbers')[0]!;
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
      /^this picture needs about (\d\S*×)?10\S+ evaluations .* the reference engine takes at most 4×10⁸: take fewer points N \(now 1000\)/,
    );
  });
});

it('the native engine has a higher limit than the reference', () => {
  expect(costBounds.native).toBeGreaterThan(costBounds.reference);
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

it('a line of a single point is a dot', () => {
  const box = { x: 0, y: 0, width: 300, height: 200 };
  const lines = [{ name: '', x: [0.5], y: [2], colour: { light: '#123456', dark: '#654321' } }];
  const marks = linesPlot({ box, title: 'one', x: { from: 0, to: 1 }, lines }, themes.light);
  expect(marks.filter(({ kind }) => kind === 'dots')).toMatchObject([
    { x: [expect.any(Number)], fill: '#123456' },
  ]);
});
