/** `report.html` of run folders, and the figures as files. */
import { existsSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { UsageError } from '../errors.ts';
import { checkOutputFile, makeFolder, writeFileAtomic } from '../io/index.ts';
import { seriesColour } from '../draw/index.ts';
import {
  depthFigures,
  detailFigures,
  type ErrorGroup,
  type FigureRun,
  maxLinePoints,
  sharedFigures,
} from '../pictures/index.ts';
import { readRun, runFiles } from '../runs/index.ts';
import { drawFigures, type DrawnFigure, panelFiles } from './draw-figures.ts';
import { runLabels, seriesLabels } from './labels.ts';
import { pageHtml, type RunSection } from './page.ts';
import { renderPng } from './png.ts';
import { summariseRun } from '../runs/run-summary.ts';
import { groupRuns, meanWithError } from './table.ts';

export interface ReportOutput {
  /** Where to write the page. */
  readonly html: string;
  /** Folder for every panel as `.svg`, with its data as `.csv` and as a Vega-Lite specification (`.vl.json`). */
  readonly figures?: string;
  /** Also write every panel as `.png`. Default false. */
  readonly png?: boolean;
}

export interface ReportOptions {
  /** Time in ms since 1970 at which the state of a run is derived. */
  readonly now?: number;
}

export interface Report {
  readonly html: string;
  /** The figure files. */
  readonly figures: readonly string[];
  /** Unreadable files, with the name of the run. */
  readonly problems: readonly string[];
}

/** The runs with distinct names and colours. */
export async function figureRuns(runDirs: readonly string[], now = Date.now()): Promise<FigureRun[]> {
  // The maximum number of points in a page is shared among its runs.
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

/** Groups of runs that differ only by seed. */
export const errorGroups = (runs: readonly FigureRun[]): ErrorGroup[] =>
  groupRuns(runs.map(({ summary }) => summary)).rows.map((row) => ({
    ...row,
    text: meanWithError(row.testError, row.standardError),
  }));

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
  const shared = drawFigures(sharedFigures(runs, errorGroups));
  const sections: RunSection[] = [];
  for (const [i, run] of runs.entries()) {
    const prefix = runs.length > 1 ? `run${i + 1}-` : '';
    const analysis = join(run.data.dir, runFiles.analysisPage);
    sections.push({
      run,
      ...(existsSync(analysis) && {
        analysis: relative(dirname(out.html), analysis).split(sep).map(encodeURIComponent).join('/'),
      }),
      depth: drawFigures(depthFigures(run), prefix),
      details: drawFigures(detailFigures(run), prefix),
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
  for (const { name, svg, csv, vegaLite } of figures.flatMap(panelFiles)) {
    write(`${name}.svg`, svg);
    write(`${name}.csv`, csv);
    write(`${name}.vl.json`, vegaLite);
    if (png) write(`${name}.png`, renderPng(svg));
  }
  return files;
}
