import { expect, it } from 'vitest';
import { fitText, formatCount, formatDuration, textWidth } from '../draw/index.ts';
import { html, inlineSvg, raw } from './html.ts';
import { runLabels, seriesLabels } from './labels.ts';
import type { RunSummary } from '../runs/run-summary.ts';

it('values in HTML are escaped, HTML parts are not', () => {
  const text = `<img src=x onerror="alert(1)">'&`;
  expect(html`<p title="${text}">${raw('<b>')}${text}${3}${undefined}</p>`.html).toBe(
    '<p title="&lt;img src=x onerror=&quot;alert(1)&quot;&gt;&#39;&amp;"><b>&lt;img src=x onerror=&quot;alert(1)&quot;&gt;&#39;&amp;3</p>',
  );
});

it('an SVG in a page has unique ids and a text alternative', () => {
  const svg =
    '<svg xmlns="x" class="marks" width="10" height="9" viewBox="0 0 10 9"><g clip-path="url(#clip1)"/><clipPath id="clip1"/></svg>';
  expect(inlineSvg(svg, 'error-0', 'a "b"').html).toBe(
    '<svg xmlns="x" viewBox="0 0 10 9" role="img" aria-label="a &quot;b&quot;"><g clip-path="url(#error-0-clip1)"/><clipPath id="error-0-clip1"/></svg>',
  );
});

it('durations and counts are short', () => {
  expect([0.04, 9.96, 59.6, 61, 3599.6, 7261].map(formatDuration)).toEqual([
    '0.0 s',
    '10.0 s',
    '1 min 0 s',
    '1 min 1 s',
    '1 h 0 min',
    '2 h 1 min',
  ]);
  expect(formatCount(1234567)).toBe('1\u202f234\u202f567');
  expect(formatCount(999)).toBe('999');
});

it('text that does not fit is truncated', () => {
  expect(fitText('Ankle boot', 12, 200)).toBe('Ankle boot');
  const cut = fitText('a very long name of a class', 12, 60);
  expect(cut.endsWith('…')).toBe(true);
  expect(textWidth(cut, 12)).toBeLessThanOrEqual(60);
});

const run = (model: string, scheme: string, seed: number): RunSummary =>
  ({ dataset: 'd', model, scheme, seed, name: 'n' }) as RunSummary;

it('runs are named by what distinguishes them', () => {
  expect(runLabels([run('a', 'vanilla', 1)])).toEqual(['vanilla']);
  expect(runLabels([run('a', 'vanilla', 1), run('a', 'mean-field', 1)])).toEqual(['vanilla', 'mean-field']);
  expect(runLabels([run('a', 'vanilla', 1), run('b', 'vanilla', 2)])).toEqual(['a, seed 1', 'b, seed 2']);
  expect(runLabels([run('a', 'vanilla', 1), run('a', 'vanilla', 1)])).toEqual(['vanilla (1)', 'vanilla (2)']);
});

it('runs that differ only by seed are one series, unless there are no others', () => {
  const four = [run('a', 'v', 1), run('a', 'v', 2), run('a', 'm', 1), run('a', 'm', 2)];
  expect(seriesLabels(four)).toEqual(['v', 'v', 'm', 'm']);
  expect(seriesLabels(four.slice(0, 2))).toEqual(['seed 1', 'seed 2']);
  expect(seriesLabels([run('a', 'v', 1), run('a', 'm', 2)])).toEqual(['v, seed 1', 'm, seed 2']);
});
