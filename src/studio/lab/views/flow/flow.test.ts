import { expect, it } from 'vitest';
import type { RectMark } from '../../../../draw/index.ts';
import type { FieldPart, FlowPart, PointsPart } from '../../parts.ts';
import { all, bilinear, drawn, numbersOf, partsOf, small, textsOf } from '../fake-states.ts';
import type { LabState } from '../index.ts';
import type { MeshPart } from './compute.ts';

it('final heights agree with the predictions of E and of the field', () => {
  const parts = partsOf({ view: 'flow', trained: 5, data: 'moons' });
  const flow = all<FlowPart>(parts, 'flow')[0]!;
  const points = all<PointsPart>(parts, 'points')[0]!;
  const last = flow.states.data.slice(-2 * small.points).filter((_, i) => i % 2 === 1);
  const loss =
    last.reduce((sum, height, n) => sum + (height - points.targets[n]!) ** 2, 0) / (2 * small.points);
  expect(loss).toBeCloseTo(flow.loss, 3);
  // The corner of the mesh at depth 0 is the corner of the window, and ends where the field predicts.
  const mesh = all<MeshPart>(parts, 'mesh')[0]!;
  const field = all<FieldPart>(parts, 'field').find(({ t }) => t === 0)!;
  expect(mesh.states.data.slice(0, 2)).toEqual([-field.window, -field.window]);
  expect(mesh.states.data.at(-13 * 13 * 2 + 1)).toBeCloseTo(field.values.data[0]!, 3);
});

it('at depth 1 the field equals the height', () => {
  const field = all<FieldPart>(partsOf({ view: 'flow' }), 'field').find(({ t }) => t === 1)!;
  const [rows = 0] = field.values.shape;
  expect(field.values.data[0]).toBe(-field.window);
  expect(field.values.data[rows * rows - 1]).toBe(field.window);
});

it('at every depth the field predicts the final heights of the points', () => {
  const parts = partsOf({ view: 'flow', scale: 0.7, particles: 20 });
  const { states, depths } = all<FlowPart>(parts, 'flow')[0]!;
  const [, count = 0] = states.shape;
  const fields = all<FieldPart>(parts, 'field');
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
