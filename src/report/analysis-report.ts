/** `analysis.html` and `analysis.json` in a folder. */
import { join } from 'node:path';
import { makeFolder, writeFileAtomic } from '../io/index.ts';
import { type Analysis, type AnalysisSection, runFiles } from '../runs/index.ts';
import { analysisPageHtml, type DrawnPanel } from './analysis-page.ts';
import { pictureToSvg, themes } from '../draw/index.ts';
import { claimPanel, heatMapPanel, panelWidth } from '../pictures/index.ts';

/** The drawings of a section; the page adds their titles. */
function drawPanels({ panels, heatMaps }: AnalysisSection): DrawnPanel[] {
  const lines = panels.map((panel) => ({
    title: panel.title,
    alt: `${panel.title}: ${panel.y.title} against ${panel.x.title}, ${panel.series.map(({ name }) => name).join(', ')}`,
    panel: claimPanel(panel),
  }));
  const maps = heatMaps.map((map) => ({
    title: map.title,
    alt: `${map.title}: ${map.y.title} against ${map.x.title}, ${map.values.map((row) => row.map((value) => value.toPrecision(2)).join(' ')).join('; ')}`,
    panel: heatMapPanel(map),
  }));
  return [...lines, ...maps].flatMap(({ title, alt, panel }) =>
    panel ? [{ title, alt, svg: pictureToSvg(panel.draw(themes.light, panelWidth)) }] : [],
  );
}

/** @throws FileError if a file cannot be written */
export function writeAnalysis(
  analysis: Analysis,
  dir: string,
): { readonly html: string; readonly json: string } {
  makeFolder(dir);
  const drawn = analysis.sections.map((section) => ({ section, panels: drawPanels(section) }));
  const [html, json] = [join(dir, runFiles.analysisPage), join(dir, runFiles.analysis)];
  writeFileAtomic(json, `${JSON.stringify(analysis, null, 1)}\n`);
  writeFileAtomic(html, analysisPageHtml(analysis, drawn));
  return { html, json };
}
