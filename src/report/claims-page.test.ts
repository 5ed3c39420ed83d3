import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { ClaimPanel, ClaimResult } from '../runs/index.ts';
import { panelArrays, panelCsv } from './claim-data.ts';
import { formatBand, formatMeasured, formatWithError } from './claim-numbers.ts';
import { claimsPageHtml } from './claims-page.ts';
import { writeClaims } from './claims-report.ts';
import { renderPdf } from './pdf.ts';
import { temporaryFolder } from '../test-folder.ts';

const panel: ClaimPanel = {
  title: 'Error of theta',
  x: { title: 'L', log: true },
  y: { title: 'error', log: true },
  series: [
    {
      name: 'a/b "c"',
      points: [
        [1, 1e-3, 5e-4, 2e-3],
        [10, 1e-4],
      ],
    },
    { name: 'a/b "c"', points: [[1, 1]] },
  ],
};
const claim = (extra: Partial<ClaimResult> = {}): ClaimResult => ({
  id: 'C1',
  title: 'A <title>',
  statement: 'E(rho) <= 1',
  sentence: 'It falls.',
  checks: [
    {
      name: 'order in h',
      measured: -0.9971,
      standardError: 0.00061,
      band: { min: -1.05, max: -0.95 },
      pass: true,
      miss: 0.06,
    },
  ],
  reported: { 'seconds of nothing': 1.3e-15 },
  panels: [panel],
  pass: true,
  seconds: 1,
  ...extra,
});
const page = (results: readonly ClaimResult[]): string =>
  claimsPageHtml({
    sections: results.map((result) => ({ result, svgs: [], files: [`${result.id}.json`] })),
    seed: 1,
    quick: false,
  });

it('says what holds, with formatted numbers and formulas', () => {
  const text = page([claim(), claim({ id: 'C2', pass: false })]);
  expect(text).toContain('1 of 2 claims hold');
  expect(text).toContain('E(ρ) ≤ 1');
  expect(text).toContain('−0.9971 (6.1·10<sup>−4</sup>)');
  expect(text).toContain('1.3·10<sup>−15</sup>');
  expect(text).toContain('A &lt;title&gt;');
  expect(text.match(/verdict fail/g)).toHaveLength(2);
});

it('shows why a claim could not be measured, and loads nothing', () => {
  const text = page([claim({ error: 'it broke', checks: [], panels: [], pass: false })]);
  expect(text).toContain('Could not be measured: it broke');
  expect(text).not.toMatch(/<script|src=|url\(|@import/);
});

it.each([
  [0.00012345, '1.2e-4'],
  [12.3456, '12.35'],
  [-123456, '-1.2e+5'],
  [0, '0'],
  [NaN, 'NaN'],
])('the number %d is written %s', (value, text) => {
  expect(formatMeasured(value)).toBe(text);
});

it.each([
  [{ min: -1.05, max: -0.95 }, '-1 ± 0.05'],
  [{ max: 1e-11 }, 'at most 1.0e-11'],
  [{ min: 1 }, 'at least 1'],
])('the band %j is written %s', (band, text) => {
  expect(formatBand(band)).toBe(text);
});

it('a standard error has two digits', () => {
  expect(formatWithError({ measured: 2.0011, standardError: 0.002688 })).toBe('2.001 (0.0027)');
});

it('CSV has a row per point; .npz an array per series, with distinct names', () => {
  expect(panelCsv(panel)).toBe(
    'series,"L","error",low,high\n"a/b ""c""",1,0.001,0.0005,0.002\n"a/b ""c""",10,0.0001,,\n"a/b ""c""",1,1,,\n',
  );
  const arrays = panelArrays([panel, panel]);
  expect([...arrays.keys()]).toEqual([1, 2].flatMap((i) => [`panel${i}/a|b "c"`, `panel${i}/a|b "c" 2`]));
  expect(arrays.get('panel1/a|b "c"')).toEqual({
    shape: [2, 4],
    data: Float64Array.of(1, 1e-3, 5e-4, 2e-3, 10, 1e-4, NaN, NaN),
  });
});

it('every file of a claim is written, its PDF with text, the same bytes each time', async () => {
  const dir = temporaryFolder();
  await writeClaims([claim()], dir, { seed: 1, quick: true });
  expect(readdirSync(dir).sort()).toEqual(
    [...['csv', 'json', 'npz', 'pdf', 'png', 'svg'].map((ending) => `C1.${ending}`), 'verify.html'].sort(),
  );
  const pdf = readFileSync(join(dir, 'C1.pdf'));
  expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
  // The font is embedded, so Greek letters and superscript digits are drawn on any machine.
  expect(pdf.includes('/FontFile2')).toBe(true);
  const svg = readFileSync(join(dir, 'C1.svg'), 'utf8');
  const again = (await renderPdf(svg, 'C1: Error of theta')) ?? Buffer.of();
  expect(pdf.equals(again)).toBe(true);
});
