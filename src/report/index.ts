export { type Figure, type FigureRun, type Panel, type Spec } from './figures/index.ts';
export { depthFigures, detailFigures, sharedFigures } from './figures/index.ts';
export { formatCount, formatDuration, formatNumber } from '../draw/format.ts';
export { renderPng, renderSvg, type RenderOptions } from './render.ts';
export { figureRuns, type Report, type ReportOptions, type ReportOutput, writeReport } from './report.ts';
export { type RunSummary, summariseRun } from '../runs/run-summary.ts';
export {
  formatGroupTable,
  groupRuns,
  type GroupRow,
  type GroupTable,
  meanWithError,
  standardError,
} from './table.ts';
export { formatBand, formatMeasured, formatWithError } from './claim-numbers.ts';
export { panelArrays, panelCsv } from './claim-data.ts';
export { type ClaimsReport, writeClaims } from './claims-report.ts';
export { renderPdf } from './pdf.ts';
export { writeAnalysis } from './analysis-report.ts';
export { type ReproductionFiles, writeReproduction, writeReproductionRecord } from './reproduction/report.ts';
export { armTable, comparisonTable, reproductionTable, type Table } from './reproduction/tables.ts';
export { verdictSentences, verdictTable } from './reproduction/verdict.ts';
