/** `analysis.html` and `analysis.json` in a folder. */
import { join } from 'node:path';
import { writeFileAtomic } from '../io/atomic.ts';
import { type Analysis, type AnalysisSection, runFiles } from '../runs/index.ts';
import { analysisPageHtml, type DrawnPanel } from './analysis-page.ts';
import { makeFolder } from '../io/output-path.ts';
import { claimPanelSpec } from './figures/claim-panel.ts';
import type { Spec } from './figures/figure.ts';
import { heatMapSpec } from './figures/heat-map.ts';
import { renderSvg } from './render.ts';

/** The figures of a section as specifications. */
export function analysisSpecs({
  panels,
  heatMaps,
}: Pick<AnalysisSection, 'panels' | 'heatMaps'>): (Omit<DrawnPanel, 'svg'> & { spec: Spec })[] {
  const lines = panels.map((panel) => ({
    title: panel.title,
    alt: `${panel.title}: ${panel.y.title} against ${panel.x.title}, ${panel.series.map(({ name }) => name).join(', ')}`,
    spec: claimPanelSpec(panel),
  }));
  const maps = heatMaps.map((map) => ({
    title: map.title,
    alt: `${map.title}: ${map.y.title} against ${map.x.title}, ${map.values.map((row) => row.map((value) => value.toPrecision(2)).join(' ')).join('; ')}`,
    // The page has the title above the drawing.
    spec: heatMapSpec(map),
  }));
  return [...lines, ...maps].flatMap(({ title, alt, spec }) => (spec ? [{ title, alt, spec }] : []));
}

/** @throws FileError if a file cannot be written */
export async function writeAnalysis(
  analysis: Analysis,
  dir: string,
): Promise<{ readonly html: string; readonly json: string }> {
  makeFolder(dir);
  const drawn = [];
  for (const section of analysis.sections) {
    const panels: DrawnPanel[] = [];
    for (const { title, alt, spec } of analysisSpecs(section))
      panels.push({ title, alt, svg: await renderSvg(spec) });
    drawn.push({ section, panels });
  }
  const [html, json] = [join(dir, runFiles.analysisPage), join(dir, runFiles.analysis)];
  writeFileAtomic(json, `${JSON.stringify(analysis, null, 1)}\n`);
  writeFileAtomic(html, analysisPageHtml(analysis, drawn));
  return { html, json };
}
