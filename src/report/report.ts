/** `report.html` of run folders, and the figures as files. */
import { existsSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { UsageError } from '../errors.ts';
import { writeFileAtomic } from '../io/atomic.ts';
import { checkOutputFile, makeFolder } from '../io/output-path.ts';
import { readRun, runFiles, slug } from '../runs/index.ts';
import { depthFigures, detailFigures, type Figure, type FigureRun, sharedFigures } from './figures/index.ts';
import { maxLinePoints } from './figures/figure.ts';
import { runLabels, seriesLabels } from './labels.ts';
import { type DrawnFigure, pageHtml, type RunSection } from './page.ts';
import { seriesColour } from '../draw/index.ts';
import { renderPng, renderSvg } from './render.ts';
import { summariseRun } from '../runs/run-summary.ts';

export interface ReportOutput {
  /** Where the page goes. */
  readonly html: string;
  /** Folder for every panel as `.svg` and `.vl.json`, the latter with its data. */
  readonly figures?: string;
  /** `.png` of every panel too. Default false. */
  readonly png?: boolean;
}

export interface ReportOptions {
  /** ms since 1970, at which it is judged whether a run lives. */
  readonly now?: number;
  /** What the drawing complains about. */
  readonly onWarning?: (message: string) => void;
}

export interface Report {
  readonly html: string;
  /** The figure files. */
  readonly figures: readonly string[];
  /** What could not be read, with the name of the run. */
  readonly problems: readonly string[];
}

/** The runs with names and colours that tell them apart. */
export async function figureRuns(runDirs: readonly string[], now = Date.now()): Promise<FigureRun[]> {
  // The points that a page can carry are shared among its runs.
  const maxPoints = Math.min(maxLinePoints, Math.max(300, Math.floor(6000 / runDirs.length)));
  const data = [];
  for (const dir of runDirs) data.push(await readRun(dir).data({ maxPoints }));
  const summaries = data.map((run) => summariseRun(run, now));
  const labels = runLabels(summaries);
  const series = seriesLabels(summaries);
  const distinct = [...new Set(series)];
  return data.map((run, i) => ({
    data: run,
    summary: summaries[i]!,
    label: labels[i]!,
    series: series[i]!,
    colour: seriesColour(distinct.indexOf(series[i]!)),
  }));
}

/**
 * Writes the page of a run, or of several side by side.
 *
 * @throws UsageError without runs, FileError if a file cannot be written
 */
export async function writeReport(
  runDirs: readonly string[],
  out: ReportOutput,
  options: ReportOptions = {},
): Promise<Report> {
  if (!runDirs.length) throw new UsageError('no run to report on: name at least one run folder');
  makeFolder(dirname(out.html));
  checkOutputFile(out.html);
  const runs = await figureRuns(runDirs, options.now);
  const draw = async (figures: readonly Figure[], prefix: string): Promise<DrawnFigure[]> => {
    const drawn: DrawnFigure[] = [];
    for (const figure of figures) {
      const svgs: string[] = [];
      for (const { spec } of figure.panels)
        svgs.push(await renderSvg(spec, options.onWarning ? { onWarning: options.onWarning } : {}));
      drawn.push({ figure, id: `${prefix}${figure.id}`, svgs });
    }
    return drawn;
  };
  const shared = await draw(sharedFigures(runs), '');
  const sections: RunSection[] = [];
  for (const [i, run] of runs.entries()) {
    const prefix = runs.length > 1 ? `run${i + 1}-` : '';
    const analysis = join(run.data.dir, runFiles.analysisPage);
    sections.push({
      run,
      ...(existsSync(analysis) && {
        analysis: relative(dirname(out.html), analysis).split(sep).map(encodeURIComponent).join('/'),
      }),
      depth: await draw(depthFigures(run), prefix),
      details: await draw(detailFigures(run), prefix),
    });
  }
  const files =
    out.figures === undefined
      ? []
      : writeFigures(
          out.figures,
          [...shared, ...sections.flatMap(({ depth, details }) => [...depth, ...details])],
          out.png ?? false,
        );
  writeFileAtomic(out.html, pageHtml({ shared, sections }));
  const problems = runs.flatMap(({ data }) => data.problems.map((problem) => `${data.name}: ${problem}`));
  return { html: out.html, figures: files, problems };
}

function writeFigures(folder: string, figures: readonly DrawnFigure[], png: boolean): string[] {
  makeFolder(folder);
  const files: string[] = [];
  const write = (name: string, content: string | Uint8Array): void => {
    const file = join(folder, name);
    writeFileAtomic(file, content);
    files.push(file);
  };
  for (const { figure, id, svgs } of figures)
    figure.panels.forEach((panel, i) => {
      const svg = svgs[i] ?? '';
      const name = figure.panels.length > 1 ? `${id}-${slug(panel.id)}` : id;
      write(`${name}.svg`, svg);
      write(`${name}.vl.json`, `${JSON.stringify(panel.spec)}\n`);
      if (png) write(`${name}.png`, renderPng(svg));
    });
  return files;
}
