/** Runs `meanfield compare`. */
import { type CompareOptions, compareGroups, type GroupComparison } from '../experiment/compare/index.ts';
import { print, printJson, say } from './output.ts';
import { checkPictureFile, writePictureFile } from './picture-file.ts';
import { visible } from './terminal.ts';
import { textTable } from './text-table.ts';

export interface CompareFlags extends CompareOptions {
  output?: string;
  json?: boolean;
}

export async function runCompare(
  a: string,
  b: string,
  { output, json, ...options }: CompareFlags,
): Promise<void> {
  if (output !== undefined) checkPictureFile(output, figureEndings);
  const comparison = compareGroups(a, b, options);
  for (const note of comparison.notes) say(visible(`compare: ${note}`));
  if (!json) print(`${tableOf(comparison)}\n\n${sentence(comparison)}`);
  if (output !== undefined) {
    await writeFigure(output, comparison);
    say(visible(`compare: ${output}`));
  }
  if (json) printJson(comparison);
}

const digits = (value: number): string => String(Number(value.toPrecision(4)));

/** A column of numbers with the same decimals: four digits of the largest. */
function columnOf(values: readonly (number | undefined)[]): string[] {
  const largest = Math.max(...values.map((value) => Math.abs(value ?? 0)));
  const decimals = 3 - Math.floor(Math.log10(largest));
  const isPlain = Number.isFinite(decimals) && decimals >= 0 && decimals <= 8;
  return values.map((value) =>
    value === undefined ? '' : isPlain ? value.toFixed(decimals) : digits(value),
  );
}

function tableOf({ metric, a, b }: GroupComparison): string {
  const means = columnOf([a.mean, b.mean]);
  const errors = columnOf([a.standardError, b.standardError]);
  return textTable(
    ['', 'group', 'seeds', metric, 'standard error'],
    [a, b].map(({ name, n }, i) => [i ? 'B' : 'A', name, String(n), means[i]!, errors[i]!]),
  );
}

function sentence({ metric, seeds, difference }: GroupComparison): string {
  const { mean, interval, pValue, detectable, identical } = difference;
  const pairs = `${seeds.length} pair${seeds.length === 1 ? '' : 's'} by seed`;
  const found = `${pairs}: ${metric} of B - A = ${digits(mean)}`;
  if (identical) return `${found}: every pair is equal; are these the same runs?`;
  if (!interval || pValue === undefined || detectable === undefined)
    return `${found}; ${seeds.length === 1 ? 'one pair has' : 'equal differences have'} no interval`;
  const p = pValue < 0.001 ? pValue.toExponential(1) : pValue.toFixed(3);
  return [
    `${found}, 95 % interval [${interval.map(digits).join(', ')}], p = ${p}`,
    `smallest difference that these pairs show: ${digits(detectable)} (2 standard errors)`,
  ].join('\n');
}

const figureEndings = ['.svg', '.png', '.pdf'];

async function writeFigure(file: string, comparison: GroupComparison): Promise<void> {
  const { pairedDifferenceFigure, panelWidth } = await import('../pictures/index.ts');
  const { captioned, pictureToSvg, themes } = await import('../draw/index.ts');
  const names = { a: comparison.a.name, b: comparison.b.name };
  const figure = pairedDifferenceFigure({ ...comparison, names }, sentence(comparison));
  const picture = figure.panels[0]!.draw(themes.light, panelWidth);
  const svg = pictureToSvg(captioned(picture, figure.caption, themes.light));
  await writePictureFile(file, svg, figure.title);
}
