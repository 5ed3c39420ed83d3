/** The key number of every preset, computed four ways: both engines, the command line, and the TypeScript code. */
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { runCommand } from '../../src/cli/main.ts';
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
import { complaintsAbout, runSources } from '../run-source.ts';

const numbersOf = (state: LabState, engine: Engine): Readonly<Record<string, number>> =>
  numbersIn(computedParts(state, engine).reduce(withPart, noData));

const relative = (a: number, b: number): number => Math.abs(a - b) / Math.abs(b);

/** The engines differ in the last bits, and training amplifies that. */
const tolerance = 1e-9;

const csv = 'x1,x2,class\n0,0.1,red\n1,-1,blue\n-1,0.5,red\n0.3,0.3,blue\n-0.7,-0.2,blue\n';
const small = { points: 30, depth: 3, particles: 5, steps: 10, blocks: 4, seed: 5, ds: 0.2 } as const;
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

const presetCases = presets.map((preset) => {
  const state = labState({ ...presetState(preset), seed: 3 });
  return {
    preset,
    state,
    native: numbersOf(state, nativeEngine)[preset.key]!,
    code: labTypeScript(state, preset.key),
  };
});
const stateCases = states.map((knobs) => {
  const state = labState(knobs);
  const numbers = numbersOf(state, nativeEngine);
  const coded = codedNumbers(state.view)
    .filter((number) => numbers[number] !== undefined)
    .map((number) => ({ number, code: labTypeScript(state, number) }));
  return { state, numbers, coded };
});
const ownPoints = labState({ ...small, data: 'csv', csv, points: 4 });
const otherNotation = labState({ ...ownPoints, csv: csv.replaceAll(',', ';').replaceAll('.', ',') });

/** The number that each source prints; one process runs all. */
let printed: ReadonlyMap<string, number>;
beforeAll(() => {
  const sources = [
    ...presetCases.map(({ code }) => code),
    ...stateCases.flatMap(({ coded }) => coded.map(({ code }) => code)),
    ...[ownPoints, otherNotation].map((state) => labTypeScript(state)),
  ];
  const lines = runSources(sources).trim().split('\n');
  expect(lines).toHaveLength(sources.length);
  printed = new Map(sources.map((source, i) => [source, Number(lines[i])]));
});

/** The standard output of a command line, run in this process: to start one for each preset takes longer. */
async function outputOf(command: string): Promise<string> {
  const text: string[] = [];
  const write = (chunk: unknown): boolean => Boolean(text.push(String(chunk)));
  const stdout = vi.spyOn(process.stdout, 'write').mockImplementation(write);
  const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  try {
    expect(await runCommand(['node', ...command.split(' ').slice(1)])).toBe(0);
  } finally {
    stdout.mockRestore();
    stderr.mockRestore();
  }
  return text.join('');
}

describe.each(presetCases.map((one) => [one.preset.name, one] as const))('%s', (name, one) => {
  const { preset, state, native, code } = one;
  const { key } = preset;

  it('has the same key number on both engines', () => {
    expect(Number.isFinite(native)).toBe(true);
    expect(relative(numbersOf(state, referenceEngine)[key]!, native)).toBeLessThan(tolerance);
  });

  it('has another key number with another seed', () => {
    const other = numbersOf(presetState(preset), nativeEngine)[key]!;
    expect(relative(other, native)).toBeGreaterThan(1e-6);
  });

  it('is printed by its command line', async () => {
    const command = labCommand(state, name);
    expect(command).toBe(`npx meanfield lab --preset ${name} --seed 3`);
    const told = JSON.parse(await outputOf(`${command} --json`)) as {
      key: string;
      numbers: Record<string, number>;
      state: LabState;
    };
    expect(told.key).toBe(key);
    expect(told.state).toEqual(state);
    expect(relative(told.numbers[key]!, native)).toBeLessThan(1e-12);
  });

  it('is recomputed by about ten lines of TypeScript on the package', () => {
    const statements = code.slice(code.indexOf('\n\n')).match(/;$/gm) ?? [];
    expect(statements.length).toBeLessThanOrEqual(16);
    expect(relative(printed.get(code)!, native)).toBeLessThan(tolerance);
  });

  it('round-trips through its URL', () => {
    expect(decodeState(encodeState(state))).toEqual(state);
  });
});

describe('the TypeScript code', () => {
  it.each(stateCases.map((one, i) => [states[i], one] as const))(
    'prints each number of %j that it supports',
    (_, { state, numbers, coded }) => {
      expect(coded.map(({ number }) => number)).toContain(keyNumberOf(state));
      coded.forEach(({ number, code }) => {
        const [told, expected] = [printed.get(code)!, numbers[number]!];
        const near = expected === 0 ? Math.abs(told) < 1e-12 : relative(told, expected) < 1e-9;
        expect([number, told, expected, near]).toEqual([number, told, expected, true]);
      });
    },
  );

  it('compiles under strict options', () => {
    const sources = [
      ...presets.map((preset) => labTypeScript(presetState(preset), preset.key)),
      ...stateCases.flatMap(({ state }) =>
        codedNumbers(state.view).map((number) => labTypeScript(state, number)),
      ),
      labTypeScript(labState({ ...small, data: 'csv', csv })),
    ];
    expect(complaintsAbout(sources)).toEqual([]);
  });

  it('contains own points in any notation', () => {
    const expected = numbersOf(ownPoints, nativeEngine).loss!;
    for (const state of [ownPoints, otherNotation])
      expect(relative(printed.get(labTypeScript(state))!, expected)).toBeLessThan(1e-12);
    expect(labCommand(ownPoints)).toContain('--data csv --csv points.csv');
  });
});
