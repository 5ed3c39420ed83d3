import { expect, it } from 'vitest';
import { errorColour, pictureToSvg, testColour, themes } from '../draw/index.ts';
import { heatMapCells, heatMapPanel } from './heat-map.ts';

const square = (values: readonly (readonly number[])[]) => ({
  title: 'layer1',
  x: { title: 'place', labels: values.map((_, i) => `p${i}`) },
  y: { title: 'block', labels: values.map((_, i) => `b${i}`) },
  values,
});
const draw = (values: readonly (readonly number[])[]): string => {
  const picture = heatMapPanel(square(values))?.draw(themes.light, 440);
  return picture ? pictureToSvg(picture) : '';
};
const count = (text: string, piece: string): number => text.split(piece).length - 1;

it('colour encodes the sign, strength the size', () => {
  const svg = draw([
    [-0.5, 0.25],
    [0, 0.001],
  ]);
  expect(count(svg, `fill="${testColour.light}"`)).toBe(1);
  expect(count(svg, `fill="${errorColour.light}"`)).toBe(3);
  const [first, second, zero, small] = heatMapCells([
    [-0.5, 0.25],
    [0, 0.001],
  ]).map(({ strength }) => strength);
  expect(first).toBeGreaterThan(second!);
  expect(second).toBeGreaterThan(small!);
  expect(small).toBeGreaterThan(zero!);
  expect(first).toBeLessThanOrEqual(1);
});

it('writes numbers into the cells only if there are few; labels name blocks and positions', () => {
  const few = draw([
    [-0.51, 1e-5],
    [12345, 0.2],
  ]);
  for (const text of ['−0.51', '1.0e−5', '1.2e4', '0.20', 'b0', 'b1', 'p0', 'p1', 'block', 'place'])
    expect(few, text).toContain(`>${text}<`);
  const size = 12;
  const many = draw(Array.from({ length: size }, (_, i) => Array.from({ length: size }, (__, l) => i - l)));
  expect(many).not.toContain('>11<');
  expect(many).toContain('>b11<');
});

it('draws a matrix of zeros, but not an empty one', () => {
  expect(draw([[0]])).toContain('0.0');
  expect(heatMapPanel(square([]))).toBeUndefined();
});
