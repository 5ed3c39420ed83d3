/** The grid: every row of the table under every arm with every seed is a cell, and a cell is one training run. */
import { UsageError } from '../../errors.ts';
import { slug } from '../../runs/index.ts';
import { resolveConfig, type TrainConfig, type TrainOptions } from '../../train/index.ts';
import { type Arm, type ArmOptions, armScheme, armSettings, makeArm } from './arms.ts';
import { type PresetName, presets } from './presets.ts';
import { type TableRow, tableRow } from './talk-table.ts';

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
  /** Seed by seed, so that comparisons grow evenly; in a seed row by row, cheapest first. */
  readonly cells: readonly Cell[];
}

/** @throws UsageError for a row, scheme, seed or setting that cannot be */
export function makeGrid(options: GridOptions): Grid {
  const { preset, settings = {} } = options;
  const {
    rows: presetRows,
    schemes,
    seeds: presetSeeds,
    dataset: presetData,
    settings: recipe,
  } = presets[preset];
  const dataset = options.dataset ?? presetData;
  const rows = unique('--rows', options.rows ?? presetRows).map((name) => tableRow(name, dataset));
  const seeds = unique('--seeds', options.seeds ?? presetSeeds);
  const arms = armsOf(unique('--schemes', options.schemes ?? schemes), options);
  const cells = seeds.flatMap((seed) =>
    rows.flatMap((row) =>
      arms.map((arm): Cell => {
        const config = resolveConfig(
          {
            ...recipe(row),
            ...settings,
            dataset: row.dataset,
            model: row.model,
            seed,
            ...armSettings(arm),
          },
          'reproduce',
        );
        return { name: cellName(row, arm, seed, settings), row, arm, seed, config };
      }),
    ),
  );
  return { preset, rows, arms, seeds, changed: settings, cells };
}

/** What changes a run but neither row, arm nor seed is part of its name where it is not the preset's. */
const named = ['width', 'epochs', 'valSplit'] as const;

function cellName(row: TableRow, arm: Arm, seed: number, settings: TrainOptions): string {
  const letters = { width: 'w', epochs: 'e', valSplit: 'v' } as const;
  const given = named.flatMap((key) =>
    settings[key] === undefined ? [] : [`${letters[key]}${settings[key]}`],
  );
  return [row.dataset, row.model, ...given, arm.slug, `s${seed}`].map(slug).join('-');
}

function armsOf(schemes: readonly string[], { preset, tauStarts, tauLrFactors }: GridOptions): Arm[] {
  const usual: ArmOptions = { tauStart: 'unit', tauLrFactor: presets[preset].tauLrFactor };
  const options = (tauStarts ?? [usual.tauStart]).flatMap((tauStart) =>
    (tauLrFactors ?? [usual.tauLrFactor]).map((tauLrFactor): ArmOptions => ({ tauStart, tauLrFactor })),
  );
  const arms = schemes.map(armScheme).flatMap((scheme) => options.map((one) => makeArm(scheme, one, usual)));
  return [...new Map(arms.map((arm) => [arm.slug, arm])).values()];
}

function unique<T>(flag: string, values: readonly T[]): T[] {
  if (!values.length) throw new UsageError(`${flag}: name at least one`);
  return [...new Set(values)];
}

/** The cells of shard `index` of `count`, counted from 1: every count-th cell. */
export function shardOf(cells: readonly Cell[], index: number, count: number): Cell[] {
  return cells.filter((_, i) => i % count === index - 1);
}
