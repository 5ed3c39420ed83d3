/** The key number of every preset, computed four ways: both engines, the command line, and the TypeScript code. */
import { describe, expect, it } from 'vitest';
import {
  codedNumbers,
  computedParts,
  decodeState,
  encodeState,
  type Engine,
  keyNumberOf,
  labCommand,
  labState,
  type LabState,
  labTypeScript,
  noData,
  numbersOf as numbersIn,
  presets,
  presetState,
  referenceEngine,
  viewNames,
  withPart,
} from '../../src/studio/lab/index.ts';
import { nativeEngine } from '../../src/studio/engine/native-engine.ts';
import { meanfield } from '../command/command.ts';
import { complaintsAbout, runSource, runSources } from '../run-source.ts';

const numbersOf = (state: LabState, engine: Engine): Readonly<Record<string, number>> =>
  numbersIn(computedParts(state, engine).reduce(withPart, noData));

const relative = (a: number, b: number): number => Math.abs(a - b) / Math.abs(b);

/** The engines differ in the last bits, and training amplifies that. */
const tolerance = 1e-9;

describe.each(presets.map((preset) => [preset.name, preset] as const))('%s', (name, preset) => {
  const { key } = preset;
  const state = labState({ ...presetState(preset), seed: 3 });
  const native = numbersOf(state, nativeEngine)[key]!;

  it('has the same key number on both engines', () => {
    expect(Number.isFinite(native)).toBe(true);
    expect(relative(numbersOf(state, referenceEngine)[key]!, native)).toBeLessThan(tolerance);
  });

  it('has another key number with another seed', () => {
    const other = numbersOf(presetState(preset), nativeEngine)[key]!;
    expect(relative(other, native)).toBeGreaterThan(1e-6);
  });

  it('is printed by its command line', () => {
    const command = labCommand(state, name);
    expect(command).toBe(`npx meanfield lab --preset ${name} --seed 3`);
    const { stdout, code } = meanfield([...command.split(' ').slice(2), '--json']);
    expect(code).toBe(0);
    const told = JSON.parse(stdout) as { key: string; numbers: Record<string, number>; state: LabState };
    expect(told.key).toBe(key);
    expect(told.state).toEqual(state);
    expect(relative(told.numbers[key]!, native)).toBeLessThan(1e-12);
  });

  it('is recomputed by about ten lines of TypeScript on the package', () => {
    const code = labTypeScript(state, key);
    const statements = code.slice(code.indexOf('\n\n')).match(/;$/gm) ?? [];
    expect(statements.length).toBeLessThanOrEqual(16);
    expect(relative(Number(runSource(code)), native)).toBeLessThan(tolerance);
  });

  it('round-trips through its URL', () => {
    expect(decodeState(encodeState(state))).toEqual(state);
  });
});

const csv = 'x1,x2,class\n0,0.1,red\n1,-1,blue\n-1,0.5,red\n0.3,0.3,blue\n-0.7,-0.2,blue\n';
const small = { points: 30, depth: 3, particles: 5, steps: 10, blocks: 4, seed: 5, ds: 0.2 } as const;
describe('the TypeScript code', () => {
  const states: Partial<LabState>[] = [
    ...viewNames.flatMap((name) => [
      { ...small, view: name },
      { ...small, view: name, family: 'matrix', data: 'xor', trained: 3, integrator: 'heun' } as const,
    ]),
    { ...small, view: 'flow', data: 'single-index', law: 'ball' },
    { ...small, view: 'flow', data: 'spirals', law: 'smooth', dataSeed: 9 },
    { ...small, view: 'algorithm', scheme: 'intervals', tauStart: 'random' },
    { ...small, view: 'algorithm', scheme: 'no-reorder', tauStart: 'random' },
    { ...small, view: 'algorithm', scheme: 'learned-step' },
  ];
  it.each(states)('prints each number of %j that it supports', (knobs) => {
    const state = labState(knobs);
    const numbers = numbersOf(state, nativeEngine);
    const coded = codedNumbers(state.view).filter((number) => numbers[number] !== undefined);
    expect(coded).toContain(keyNumberOf(state));
    const printed = runSources(coded.map((number) => labTypeScript(state, number)))
      .trim()
      .split('\n');
    coded.forEach((number, i) => {
      const [told, expected] = [Number(printed[i]), numbers[number]!];
      const near = expected === 0 ? Math.abs(told) < 1e-12 : relative(told, expected) < 1e-9;
      expect([number, told, expected, near]).toEqual([number, told, expected, true]);
    });
  });

  it('compiles under strict options', () => {
    const sources = [
      ...presets.map((preset) => labTypeScript(presetState(preset), preset.key)),
      ...states.flatMap((knobs) => {
        const state = labState(knobs);
        return codedNumbers(state.view).map((number) => labTypeScript(state, number));
      }),
      labTypeScript(labState({ ...small, data: 'csv', csv })),
    ];
    expect(complaintsAbout(sources)).toEqual([]);
  });

  it('contains own points in any notation', () => {
    const state = labState({ ...small, data: 'csv', csv, points: 4 });
    const expected = numbersOf(state, nativeEngine).loss!;
    const semicolons = labState({ ...state, csv: csv.replaceAll(',', ';').replaceAll('.', ',') });
    for (const one of [state, semicolons])
      expect(relative(Number(runSource(labTypeScript(one))), expected)).toBeLessThan(1e-12);
    expect(labCommand(state)).toContain('--data csv --csv points.csv');
  });
});
