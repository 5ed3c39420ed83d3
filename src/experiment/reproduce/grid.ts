/** The grid: each cell is a row of the table under an arm with a seed, and is one training run. */
import { UsageError } from '../../errors.ts';
import { slug } from '../../runs/index.ts';
import { resolveConfig, type TrainConfig, type TrainOptions } from '../../train/index.ts';
import { type Arm, type ArmOptions, armScheme, armSettings, makeArm } from './arms.ts';
import { type PresetName, presets } from './presets.ts';
import { type TableRow, tableRow, withoutTalk } from './talk-table.ts';

export interface GridOptions {
  readonly preset: PresetName;
  /** Absent: those of the preset. */
  readonly rows?: readonly string[];
  readonly schemes?: readonly string[];
  readonly seeds?: readonly number[];
  readonly tauStarts?: readonly ('unit' | 'uniform')[];
  readonly tauLrFactors?: readonly number[];
  readonly dataset?: string;
  /** Settings that override the preset's: width, epochs, valSplit, .. */
  readonly settings?: TrainOptions;
  /** Whether the machine computes in bf16, so that presets may use it; default false. */
  readonly bf16?: boolean;
}

export interface Cell {
  /** Name of the run folder. */
  readonly name: string;
  readonly row: TableRow;
  readonly arm: Arm;
  readonly seed: number;
  readonly config: TrainConfig;
}

export interface Grid {
  readonly preset: PresetName;
  readonly rows: readonly TableRow[];
  readonly arms: readonly Arm[];
  readonly seeds: readonly number[];
  /** Settings in place of the preset's. */
  readonly changed: TrainOptions;
  /** Seed by seed, so that comparisons grow evenly; within a seed row by row, cheapest first. */
  readonly cells: readonly Cell[];
}

/** @throws UsageError for an invalid row, scheme, seed or setting */
export function makeGrid(options: GridOptions): Grid {
  const { preset, settings = {}, bf16 = false } = options;
  const chosen = presets[preset];
  const recipe = (row: TableRow): TrainOptions => ({ amp: chosen.amp && bf16, ...chosen.settings(row) });
  const dataset = options.dataset ?? chosen.dataset;
  const rows = unique('--rows', options.rows ?? chosen.rows).map((name) => {
    const row = tableRow(name, dataset);
    return settings.width === undefined ? row : withoutTalk(row);
  });
  const seeds = unique('--seeds', options.seeds ?? chosen.seeds);
  const arms = armsOf(unique('--schemes', options.schemes ?? chosen.schemes), options);
  const cells = seeds.flatMap((seed) =>
    rows.flatMap((row) =>
      arms.map((arm): Cell => {
        const own = { dataset: row.dataset, model: row.model, seed, ...armSettings(arm) };
        const defaults = resolveConfig(own, 'reproduce', recipe(row));
        const config = resolveConfig({ ...settings, ...own }, 'reproduce', recipe(row));
        return { name: cellName(row, arm, seed, config, defaults), row, arm, seed, config };
      }),
    ),
  );
  return { preset, rows, arms, seeds, changed: settings, cells };
}

/**
 * Settings that change a run much, but are neither row, arm nor seed: part of its name if they differ from the preset.
 */
const letters = { width: 'w', epochs: 'e', valSplit: 'v' } as const;

function cellName(row: TableRow, arm: Arm, seed: number, config: TrainConfig, defaults: TrainConfig): string {
  const given = (Object.keys(letters) as (keyof typeof letters)[]).flatMap((key) =>
    config[key] === defaults[key] ? [] : [`${letters[key]}${config[key]}`],
  );
  return [row.dataset, row.model, ...given, arm.slug, `s${seed}`].map(slug).join('-');
}

function armsOf(schemes: readonly string[], { preset, tauStarts, tauLrFactors }: GridOptions): Arm[] {
  const defaults: ArmOptions = { tauStart: 'unit', tauLrFactor: presets[preset].tauLrFactor };
  const options = (tauStarts ?? [defaults.tauStart]).flatMap((tauStart) =>
    (tauLrFactors ?? [defaults.tauLrFactor]).map((tauLrFactor): ArmOptions => ({ tauStart, tauLrFactor })),
  );
  const arms = schemes
    .map(armScheme)
    .flatMap((scheme) => options.map((one) => makeArm(scheme, one, defaults)));
  return [...new Map(arms.map((arm) => [arm.slug, arm])).values()];
}

function unique<T>(flag: string, values: readonly T[]): T[] {
  if (!values.length) throw new UsageError(`${flag}: give at least one`);
  return [...new Set(values)];
}

/**
 * Part `index` of `count`, counted from 1. All arms of a row and seed stay together, so that pairs are trained on one
 * machine.
 *
 * @throws UsageError if the part is empty
 */
export function shardOf({ cells, arms }: Grid, index: number, count: number): Cell[] {
  const part = cells.filter((_, i) => Math.floor(i / arms.length) % count === index - 1);
  if (!part.length)
    throw new UsageError(
      `--shard ${index}/${count} is empty: the grid has ${cells.length / arms.length} pairs of row and seed`,
    );
  return part;
}
