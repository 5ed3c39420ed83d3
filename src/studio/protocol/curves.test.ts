import { expect, it } from 'vitest';
import { mapCurves, noCurves, type StepCurves } from './index.ts';

const stage = { tau: [[1], [2], [3]], tauEnd: null, step: [[4], [5], [6]] };
const curves: StepCurves = {
  step: [1, 2, 3],
  epoch: [0, 0, 1],
  loss: [0.3, null, 0.1],
  lossMin: [0.2, null, 0.05],
  lossMax: [0.4, null, 0.15],
  error: [9, 8, 7],
  lr: [0.1, 0.2, 0.3],
  tauLr: [null, 1, 2],
  imagesPerSecond: [10, 11, 12],
  seconds: [0.5, 1, 1.5],
  stages: { layer1: stage, layer2: { tau: null, tauEnd: [[7], [8], [9]], step: null } },
  total: 30,
  lastStep: 3,
};

/** All columns with their paths. */
const columnsOf = (of: StepCurves): [string, readonly unknown[]][] => [
  ...Object.entries(of).filter((entry): entry is [string, readonly unknown[]] => Array.isArray(entry[1])),
  ...Object.entries(of.stages).flatMap(([name, columns]) =>
    Object.entries(columns).flatMap(([key, column]): [string, readonly unknown[]][] =>
      column ? [[`${name}.${key}`, column as readonly unknown[]]] : [],
    ),
  ),
];

it('maps every column, including those of the stages, and keeps the rest', () => {
  const picked = mapCurves(curves, (column) => [column[2]!, column[0]!]);
  expect(columnsOf(picked)).toEqual(columnsOf(curves).map(([name, [a, , c]]) => [name, [c, a]]));
  expect(columnsOf(picked)).toHaveLength(13);
  expect([picked.total, picked.lastStep, picked.stages.layer2?.tau]).toEqual([30, 3, null]);
});

it('`same` finds the column in other curves, or null', () => {
  const doubled = mapCurves(curves, (column, same) => [...column, ...(same(curves) ?? [])]);
  expect(columnsOf(doubled)).toEqual(
    columnsOf(curves).map(([name, column]) => [name, [...column, ...column]]),
  );
  const alone = mapCurves(curves, (column, same) => [...column, ...(same(noCurves) ?? [])]);
  expect(alone).toEqual(curves);
});
