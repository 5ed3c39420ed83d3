/**
 * The files of `verify`: the page, and for each claim its result as JSON, its numbers as .npz, and each figure as SVG,
 * PNG, PDF and CSV.
 */
import { basename, join } from 'node:path';
import { type Chunks, encodeNpz, makeFolder, writeFileAtomic } from '../io/index.ts';
import type { ClaimResult } from '../runs/index.ts';
import { panelArrays, panelCsv } from './claim-data.ts';
import { claimsPageHtml, type ClaimSection } from './claims-page.ts';
import { pictureToSvg, themes } from '../draw/index.ts';
import { claimPanel, panelWidth } from '../pictures/index.ts';
import { renderPdf } from './pdf.ts';
import { renderPng } from './png.ts';

export interface ClaimsReport {
  readonly html: string;
  readonly files: readonly string[];
}

/** @throws FileError if a file cannot be written */
export async function writeClaims(
  results: readonly ClaimResult[],
  dir: string,
  { seed, quick }: { readonly seed: number; readonly quick: boolean },
): Promise<ClaimsReport> {
  makeFolder(dir);
  const files: string[] = [];
  const write = (name: string, content: string | Uint8Array | Chunks): void => {
    writeFileAtomic(join(dir, name), content);
    files.push(join(dir, name));
  };
  const sections: ClaimSection[] = [];
  for (const result of results) {
    const first = files.length;
    write(`${result.id}.json`, `${JSON.stringify(result, null, 2)}\n`);
    if (result.panels.length) write(`${result.id}.npz`, encodeNpz(panelArrays(result.panels)));
    const svgs: string[] = [];
    for (const [i, panel] of result.panels.entries()) {
      const picture = claimPanel(panel)?.draw(themes.light, panelWidth);
      const svg = picture ? pictureToSvg(picture) : '';
      svgs.push(svg);
      const name = result.panels.length > 1 ? `${result.id}-${i + 1}` : result.id;
      write(`${name}.csv`, panelCsv(panel));
      if (!svg) continue;
      write(`${name}.svg`, svg);
      write(`${name}.png`, renderPng(svg));
      const pdf = await renderPdf(svg, `${result.id}: ${panel.title}`);
      if (pdf) write(`${name}.pdf`, pdf);
    }
    sections.push({ result, svgs, files: files.slice(first).map((file) => basename(file)) });
  }
  const html = join(dir, 'verify.html');
  write('verify.html', claimsPageHtml({ sections, seed, quick }));
  return { html, files };
}
