import { expect, it } from 'vitest';
import type { CurvePart, Part } from './parts.ts';
import { noData, numbersOf, partOf, partsOf, withPart } from './picture-data.ts';

const dataOf = (...parts: Part[]) => parts.reduce(withPart, noData);
const curve = (name: string, step: number[], loss: number[]): CurvePart => ({
  part: 'curve',
  name,
  step,
  columns: { loss },
});

it('parts are found by type and name, the latest first, and lists keep the order of arrival', () => {
  const parts = [
    { part: 'flow', name: 'a', loss: 1 },
    { part: 'flow', name: 'b', loss: 2 },
    { part: 'flow', name: 'a', loss: 3 },
  ];
  const data = dataOf(...parts);
  expect(partOf(data, 'flow', 'a')).toBe(parts[2]);
  expect(partOf(data, 'flow')).toBe(parts[2]);
  expect(partsOf(data, 'flow')).toEqual(parts);
  expect(partOf(data, 'flow', 'c')).toBeUndefined();
  expect(partsOf(data, 'mesh')).toEqual([]);
  expect(numbersOf(data)).toEqual({});
});

it('sections of a curve are joined by name', () => {
  const data = dataOf(
    curve('a', [0, 1], [5, 4]),
    curve('b', [0], [9]),
    curve('a', [2], [3]),
    curve('b', [1], [8]),
  );
  expect(partsOf(data, 'curve')).toEqual([curve('a', [0, 1, 2], [5, 4, 3]), curve('b', [0, 1], [9, 8])]);
});

it('sections with grids are joined by rows, and an absent grid stays absent', () => {
  const section = (step: number[], data: number[]): Part & Record<string, unknown> => ({
    part: 'beads',
    step,
    widths: { shape: [step.length, 2], data },
    tau: null,
    swaps: step.map((at) => ({ step: at })),
  });
  const first = section([0], [1, 2]);
  expect(partsOf(dataOf(first, section([1, 2], [3, 4, 5, 6])), 'beads')).toEqual([
    section([0, 1, 2], [1, 2, 3, 4, 5, 6]),
  ]);
  expect(first).toEqual(section([0], [1, 2]));
});

it('parts of single steps are not joined', () => {
  const shots = [0, 10].map((step) => ({ part: 'snapshot', name: 'training', step }));
  expect(partsOf(dataOf(...shots), 'snapshot')).toEqual(shots);
});
