/** The files of `verify`: the page, and for each claim its result as JSON and its figures as SVG, PNG and CSV. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '../io/atomic.ts';
import type { ClaimPanel, ClaimResult } from '../runs/index.ts';
import { claimsPageHtml, type ClaimSection } from './claims-page.ts';
import { claimPanelSpec } from './figures/claim-panel.ts';
import { renderPng, renderSvg } from './render.ts';

export interface ClaimsReport {
  readonly html: string;
  readonly files: readonly string[];
}

/** One row a point: series, x, y, and the spread where it is known. */
export function panelCsv({ x, y, series }: ClaimPanel): string {
  const quote = (text: string): string => `"${text.replaceAll('"', '""')}"`;
  const head = ['series', quote(x.title), quote(y.title), 'low', 'high'].join(',');
  const rows = series.flatMap(({ name, points }) =>
    points.map(([px, py, low, high]) => [quote(name), px, py, low ?? '', high ?? ''].join(',')),
  );
  return `${[head, ...rows].join('\n')}\n`;
}

/** @throws FileError if a file cannot be written */
export async function writeClaims(
  results: readonly ClaimResult[],
  dir: string,
  { seed, quick }: { readonly seed: number; readonly quick: boolean },
): Promise<ClaimsReport> {
  mkdirSync(dir, { recursive: true });
  const files: string[] = [];
  const write = (name: string, content: string | Uint8Array): void => {
    writeFileAtomic(join(dir, name), content);
    files.push(join(dir, name));
  };
  const sections: ClaimSection[] = [];
  for (const result of results) {
    write(`${result.id}.json`, `${JSON.stringify(result, null, 2)}\n`);
    const svgs: string[] = [];
    for (const [i, panel] of result.panels.entries()) {
      const spec = claimPanelSpec(panel);
      const svg = spec ? await renderSvg(spec) : '';
      svgs.push(svg);
      const name = result.panels.length > 1 ? `${result.id}-${i + 1}` : result.id;
      write(`${name}.csv`, panelCsv(panel));
      if (!svg) continue;
      write(`${name}.svg`, svg);
      write(`${name}.png`, renderPng(svg));
    }
    sections.push({ result, svgs });
  }
  const html = join(dir, 'verify.html');
  write('verify.html', claimsPageHtml({ sections, seed, quick }));
  return { html, files };
}
