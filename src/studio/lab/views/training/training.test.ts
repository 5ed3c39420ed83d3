import { expect, it } from 'vitest';
import type { CurvePart, SnapshotPart } from '../../parts.ts';
import { all, numbersOf, partsOf } from '../fake-states.ts';
import type { LabState } from '../index.ts';
import type { ParticlesPart } from './compute.ts';

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
  const steps = all<CurvePart>(parts, 'curve').flatMap(({ step }) => step);
  expect(steps).toEqual(Array.from({ length: 101 }, (_, i) => i));
  const snapshots = all<SnapshotPart>(parts, 'snapshot').map(({ step }) => step);
  expect(snapshots[0]).toBe(0);
  expect(snapshots.at(-1)).toBe(100);
  expect(all<ParticlesPart>(parts, 'particles').map(({ step }) => step)).toEqual(snapshots);
});

it('reports a diverged training in one line', () => {
  expect(() => partsOf({ view: 'training', activation: 'relu', ds: 20, scale: 4, steps: 200 })).toThrow(
    /^the training diverged at step \d+ \(E = .*\): take a smaller ds or rate$/,
  );
});
