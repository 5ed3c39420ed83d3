import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../errors.ts';
import type { Knob } from './knobs.ts';
import {
  decodeState,
  defaultState,
  encodeState,
  type KnobName,
  knobNames,
  knobs,
  type LabState,
  labState,
  salvage,
  withKnobs,
} from './state.ts';
import { cursorValue, typedNumber } from './typed.ts';

const csv = 'x1,x2,y\n0,0,1\n1,"2",3\n';

function valueOf(name: KnobName): fc.Arbitrary<unknown> {
  const knob: Knob = knobs[name];
  switch (knob.kind) {
    case 'choice':
      return fc.constantFrom(...knob.choices);
    case 'text':
      return fc.string({ maxLength: 200 });
    case 'integer':
      return fc.integer({ min: knob.min, max: knob.max });
    case 'number':
      return fc
        .double({ min: knob.min, max: knob.max, noNaN: true })
        .map((value) => (Object.is(value, -0) ? 0 : value));
  }
}

/** Valid states; inconsistent combinations of knobs are repaired. */
const states = fc
  .record(Object.fromEntries(knobNames.map((name) => [name, valueOf(name)])))
  .map((drawn): LabState => {
    const state = drawn as unknown as LabState;
    const size = state.family === 'bottleneck' ? 5 : 9;
    const axisX = state.axisX % size;
    const axisY = state.axisY % size === axisX ? (axisX + 1) % size : state.axisY % size;
    return { ...state, axisX, axisY, csv: state.data === 'csv' || state.csv.trim() === '' ? csv : state.csv };
  });

it('a state round-trips through its query string', () => {
  fc.assert(
    fc.property(states, (state) => {
      expect(decodeState(encodeState(state))).toEqual(state);
    }),
    { numRuns: 300 },
  );
});

it('a query string contains only the differences from the defaults', () => {
  expect(encodeState(defaultState)).toBe('');
  expect(decodeState('')).toEqual(defaultState);
  expect(encodeState(withKnobs(defaultState, { points: 100, data: 'xor' }))).toBe('data=xor&points=100');
  fc.assert(
    fc.property(states, (state) => {
      const query = new URLSearchParams(encodeState(state));
      for (const name of knobNames) expect(query.has(name)).toBe(state[name] !== defaultState[name]);
    }),
  );
});

it('missing knobs have their defaults', () => {
  expect(labState({})).toEqual(defaultState);
  expect(labState({ seed: 7 })).toEqual({ ...defaultState, seed: 7 });
});

describe.each(knobNames)('%s', (name) => {
  const knob: Knob = knobs[name];
  const outside: unknown[] = [null, {}, Number.NaN];
  if (knob.kind === 'integer' || knob.kind === 'number') outside.push(knob.min - 1, knob.max + 1, 'many');
  if (knob.kind === 'integer') outside.push(knob.min + 0.5);
  if (knob.kind === 'choice') outside.push('nothing of the kind', 3);
  if (knob.kind === 'text') outside.push('x'.repeat(knob.maxLength + 1), 3);

  it.each(outside)(
    'is rejected at %s with a one-line message with the allowed values, the reason and the given value',
    (value) => {
      const refused = (): unknown => labState({ [name]: value });
      expect(refused).toThrow(UsageError);
      const { message } = (() => {
        try {
          refused();
          return new Error('it was not');
        } catch (error) {
          return error as Error;
        }
      })();
      expect(message).toMatch(
        new RegExp(`^${name} must be (a whole number|a number|one of|text) .*, got .+$`),
      );
      if ('why' in knob) expect(message).toContain(`(${knob.why})`);
    },
  );

  it('accepts its bounds and its default', () => {
    const bounds = 'min' in knob ? [knob.min, knob.max] : [];
    for (const value of [knob.default, ...bounds]) {
      const others = name === 'axisX' || name === 'axisY' ? { family: 'matrix' } : {};
      const mate = name === 'axisX' ? { axisY: value === 3 ? 4 : 3 } : {};
      expect(labState({ ...others, ...mate, [name]: value })[name]).toBe(value);
    }
  });
});

it.each([
  [{ pints: 3 }, 'the lab has no knob "pints": did you mean points?'],
  [{ zzzzzzzz: 3 }, 'the lab has no knob "zzzzzzzz"'],
  [{ view: 'flows' }, 'got "flows"'],
  [{ view: 'flows' }, 'did you mean flow?'],
  [{ data: 'csv' }, 'data csv needs your own points'],
  [{ axisX: 5 }, 'axisX must be below 5'],
  [{ axisX: 2, axisY: 2 }, 'axisX and axisY must differ'],
  [7, 'a state of the lab is an object'],
])('%j is refused: %s', (given, message) => {
  expect(() => labState(given)).toThrow(message);
});

describe('salvage', () => {
  const start = labState({ view: 'flow', depth: 8 });

  it('keeps the valid knobs and says why each other one is left out', () => {
    const { state, problems } = salvage(start, { points: 1e9, depth: 12, pints: '3', seed: 4 });
    expect(state).toEqual({ ...start, depth: 12, seed: 4 });
    expect(problems).toEqual([
      expect.stringMatching(/no knob "pints"/),
      expect.stringMatching(/^points must be a whole number from 4 to 1000/),
    ]);
  });

  it('takes own points before the choice of them, whatever the order', () => {
    const csv = 'x1,x2,y\n0,0,1\n1,1,0\n';
    expect(salvage(start, { data: 'csv', csv })).toMatchObject({ state: { data: 'csv', csv }, problems: [] });
  });

  it('own points that are cut off leave the data of the preset', () => {
    const { state, problems } = salvage(start, { data: 'csv', csv: 'x1,x2,y\n0,0' });
    expect(state.data).toBe(start.data);
    expect(problems).toEqual([expect.stringMatching(/own points/)]);
  });

  it('two axes that are equal together do not drop both', () => {
    const { state, problems } = salvage(start, { axisX: 2, axisY: 2 });
    expect([state.axisX, state.axisY, problems.length]).toEqual([2, start.axisY, 1]);
  });
});

it.each([
  ['points=many', 'points must be a whole number from 4 to 1000'],
  ['points=', 'points must be a whole number'],
  ['points=0x10', undefined],
  ['points=10&points=20', 'points is given twice'],
  ['pints=10', 'did you mean points?'],
  ['noise=Infinity', 'noise must be a number from 0 to 1'],
])('the query %s', (query, message) => {
  if (message === undefined) expect(decodeState(query).points).toBe(16);
  else expect(() => decodeState(query)).toThrow(message);
});

it.each([
  ['7', 7, undefined],
  ['-5', 1, '\u22125 is not a whole number from 1 to 200: deeper flows do not differ visibly from the ODE'],
  ['1e9', 200, '1000000000 is not a whole number from 1 to 200'],
  ['2.4', 2, '2.4 is not a whole number from 1 to 200'],
  ['', 3, 'this is a whole number from 1 to 200'],
  ['three', 3, 'this is a whole number from 1 to 200'],
])('typing %j as a depth gives %i and a note on any correction', (text, value, note) => {
  const typed = typedNumber(knobs.depth, text, 3);
  expect(typed.value).toBe(value);
  if (note === undefined) expect(typed.note).toBeUndefined();
  else expect(typed.note).toContain(note);
});

it('accepts the special value and the first regular value', () => {
  for (const name of knobNames) {
    const knob: Knob = knobs[name];
    if (!('special' in knob)) continue;
    const { value, from } = knob.special;
    expect([name, value < from]).toEqual([name, true]);
    for (const one of [value, from]) expect(labState({ [name]: one })[name]).toBe(one);
  }
});

it('a URL stores slider positions with three decimals', () => {
  expect([0.4182999999996806, 1 / 3, 1, 0].map(cursorValue)).toEqual([0.418, 0.333, 1, 0]);
});
