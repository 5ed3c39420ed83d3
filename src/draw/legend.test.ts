import { expect, it } from 'vitest';
import { legendHeight, legendRow, placeLegend } from './legend.ts';
import { textWidth } from './text.ts';

const entries = (...names: readonly string[]) =>
  names.map((name) => ({ name, look: { colour: '#000000', lineWidth: 2 } }));

it('names fill row after row; a long one is truncated', () => {
  const placed = placeLegend(entries('short', 'a label of middle length', 'x'.repeat(200), 'last'), 300);
  expect(placed.map(({ row }) => row)).toEqual([0, 0, 1, 2]);
  expect(placed[1]?.x).toBeGreaterThan(0);
  expect(placed[2]?.name.endsWith('…')).toBe(true);
  for (const { name, x } of placed) expect(x + textWidth(name, 12)).toBeLessThanOrEqual(300);
  expect(legendHeight(placed)).toBe(3 * legendRow);
  expect(legendHeight([])).toBe(0);
});
