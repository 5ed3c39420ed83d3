/** Writes the results of a grid to its folder: a page, figures, Markdown, CSV, JSON. */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder, writeFileAtomic } from '../../io/index.ts';
import { readRun, type Reproduction, type ReproductionRow } from '../../runs/index.ts';
import { seriesColour } from '../../draw/index.ts';
import {
  depthFigures,
  errorCurves,
  type Figure,
  type FigureRun,
  gainsFigure,
  lossCurves,
  orderFigure,
  tableFigure,
} from '../../pictures/index.ts';
import { summariseRun } from '../../runs/run-summary.ts';
import { drawFigures, type DrawnFigure, panelFiles } from '../draw-figures.ts';
import { type NetworkSection, reproductionPageHtml } from './page.ts';
import {
  armTable,
  comparisonTable,
  csvTable,
  gainText,
  markdownTable,
  meanText,
  reproductionTable,
  runsTable,
} from './tables.ts';
import { verdictTable } from './verdict.ts';

export interface ReproductionFiles {
  readonly html: string;
  readonly markdown: string;
  readonly csv: string;
  readonly json: string;
}

/** Maximum number of points in the curves of one network, over all its runs. */
const curvePoints = 8000;

const recordFile = 'results.json';

/** Writes only the record, which others read while the grid runs. Returns its path. */
export function writeReproductionRecord(reproduction: Reproduction, root: string): string {
  const file = join(root, recordFile);
  writeFileAtomic(file, `${JSON.stringify(reproduction, null, 2)}\n`);
  return file;
}

/** Removes figures of an earlier state of the grid. Files with other names are kept. */
function removeOldFigures(folder: string, kept: ReadonlySet<string>, prefixes: readonly string[]): void {
  for (const name of readdirSync(folder)) {
    const ours = prefixes.some((prefix) => name === `${prefix}.svg` || name.startsWith(`${prefix}-`));
    if (ours && name.endsWith('.svg') && !kept.has(name)) rmSync(join(folder, name));
  }
}

/**
 * @param root - the folder of the grid
 * @param runs - the folder of its run folders
 */
export async function writeReproduction(
  reproduction: Reproduction,
  root: string,
  runs = root,
): Promise<ReproductionFiles> {
  const figures = join(root, 'figures');
  makeFolder(figures);
  const names = new Set<string>();
  const draw = (list: readonly (Figure | undefined)[], prefix: string): DrawnFigure[] => {
    const drawn = drawFigures(list, prefix && `${prefix}-`);
    for (const { name, svg } of drawn.flatMap(panelFiles)) {
      names.add(`${name}.svg`);
      writeFileAtomic(join(figures, `${name}.svg`), svg);
    }
    return drawn;
  };
  const overview = draw(
    [tableFigure(reproduction, meanText), orderFigure(reproduction), gainsFigure(reproduction, gainText)],
    '',
  );
  const networks: NetworkSection[] = [];
  for (const row of reproduction.rows.filter(({ arms }) => arms.length))
    networks.push({ network: row.network, figures: draw(await networkFigures(row, runs), row.id) });
  removeOldFigures(figures, names, ['table', 'order', 'gains', ...reproduction.rows.map(({ id }) => id)]);
  const files: ReproductionFiles = {
    html: join(root, 'reproduce.html'),
    markdown: join(root, 'table.md'),
    csv: join(root, 'runs.csv'),
    json: join(root, recordFile),
  };
  const tables = [reproductionTable, verdictTable, armTable, comparisonTable]
    .map((table) => table(reproduction))
    .filter(({ rows }) => rows.length > 0)
    .map(markdownTable);
  writeFileAtomic(files.markdown, `${tables.join('\n\n')}\n`);
  writeFileAtomic(files.csv, csvTable(runsTable(reproduction)));
  writeReproductionRecord(reproduction, root);
  writeFileAtomic(files.html, reproductionPageHtml(reproduction, overview, networks));
  return files;
}

/** The curves of all runs, coloured by arm, and the depth of the first run whose blocks moved. */
async function networkFigures({ arms }: ReproductionRow, root: string): Promise<Figure[]> {
  const count = arms.reduce((sum, { runs }) => sum + runs.length, 0);
  const shown: FigureRun[] = [];
  for (const [i, { arm, runs }] of arms.entries())
    for (const { name, seed } of runs) {
      const data = await readRun(join(root, name)).data({
        maxPoints: Math.max(150, Math.floor(curvePoints / count)),
        maxSwapSteps: 200,
      });
      const label = `${arm}, seed ${seed}`;
      shown.push({ data, summary: summariseRun(data), label, series: arm, colour: seriesColour(i) });
    }
  const moving =
    shown.find(({ data }) => data.swaps.length) ??
    shown.find(({ data }) => depthFigures({ ...shown[0]!, data }).length);
  const depth = moving
    ? depthFigures(moving).map((figure) => ({ ...figure, title: `${figure.title}: ${moving.label}` }))
    : [];
  return [errorCurves(shown), lossCurves(shown), ...depth];
}
