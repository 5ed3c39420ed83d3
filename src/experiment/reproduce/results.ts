/** The results of a grid's finished cells: means over seeds, paired gains, and order changes of blocks. */
import { schemesWith } from '../../mean-field/schedules/names.ts';
import {
  type ArmResult,
  type Comparison,
  readRun,
  type Reproduction,
  type ReproductionRow,
  type RunResult,
  type SwapRecord,
} from '../../runs/index.ts';
import { pairedGain, summarizeMean } from '../../stats/index.ts';
import type { Arm } from './arms.ts';
import type { Cell, Grid } from './grid.ts';
import { orderChanges } from './order-changes.ts';
import { presets } from './presets.ts';
import { runFolder, standingOf } from './standing.ts';
import { type TableRow, talkTable } from './talk-table.ts';

/** A finished run. */
interface Outcome {
  readonly cell: Cell;
  readonly result: RunResult;
  /** Percent: on the test set, or on the held-out images if the grid has a validation split. */
  readonly error: number;
  readonly swaps: readonly SwapRecord[];
  readonly machine: string;
}

/** Reads the current state of the folder. @throws UsageError if it holds runs with other settings */
export async function gridResults(grid: Grid, root: string): Promise<Reproduction> {
  const outcomes: Outcome[] = [];
  const unfinished: { name: string; state: string }[] = [];
  for (const cell of grid.cells) {
    const standing = standingOf(root, cell);
    if (standing.state === 'finished') outcomes.push(await outcomeOf(root, cell, standing.result));
    else unfinished.push({ name: cell.name, state: standing.state });
  }
  // If the grid has rows of the talk, the remaining ones are listed as not run.
  const others = grid.rows.some(({ talk }) => talk)
    ? talkTable.filter(({ id }) => !grid.rows.some((row) => row.id === id))
    : [];
  const place = (row: TableRow): number => talkTable.findIndex(({ id }) => id === row.id);
  const rows = [...grid.rows, ...others].sort((a, b) => place(a) - place(b));
  return {
    preset: grid.preset,
    recipe: presets[grid.preset].description,
    changed: grid.changed,
    measuredOn: grid.cells.some(({ config }) => config.valSplit > 0) ? 'validation' : 'test',
    rows: rows.map((row) =>
      rowResult(
        row,
        grid.arms,
        outcomes.filter(({ cell }) => cell.row.id === row.id),
      ),
    ),
    finished: outcomes.length,
    unfinished,
    machines: [...new Set(outcomes.map(({ machine }) => machine))],
  };
}

async function outcomeOf(root: string, cell: Cell, result: RunResult): Promise<Outcome> {
  const run = readRun(runFolder(root, cell));
  const { cpu, libtorch, threads } = run.environment() ?? {};
  const bits = cell.config.amp ? 'bf16' : cell.config.dtype;
  return {
    cell,
    result,
    error: cell.config.valSplit > 0 ? (result.validationError ?? Number.NaN) : result.testError,
    swaps: await run.swaps(),
    machine: `${String(cpu)}, libtorch ${String(libtorch)}, ${String(threads)} thread${threads === 1 ? '' : 's'} a run, ${bits}`,
  };
}

function rowResult(row: TableRow, arms: readonly Arm[], outcomes: readonly Outcome[]): ReproductionRow {
  const measured = arms
    .map((arm) => ({ arm, mine: outcomes.filter(({ cell }) => cell.arm.slug === arm.slug) }))
    .filter(({ mine }) => mine.length > 0);
  return {
    ...row,
    arms: measured.map(({ arm, mine }) => armResult(arm, mine)),
    comparisons: measured.flatMap((treated) =>
      measured
        .filter((control) => isControl(control.arm, treated.arm))
        .flatMap((control) => comparison(treated, control)),
    ),
  };
}

function armResult(arm: Arm, outcomes: readonly Outcome[]): ArmResult {
  const reorders = schemesWith('tau').some((scheme) => scheme === arm.scheme);
  return {
    arm: arm.label,
    scheme: arm.scheme,
    error: summarizeMean(outcomes.map(({ error }) => error)),
    runs: outcomes.map(({ cell, error, result }) => ({
      name: cell.name,
      seed: cell.seed,
      error,
      testError: result.testError,
      trainLoss: result.trainLoss,
      swaps: result.swaps,
      seconds: result.seconds,
    })),
    ...(reorders && {
      order: orderChanges(outcomes.map(({ swaps, result }) => ({ swaps, epochs: result.epochs }))),
    }),
  };
}

/** Every arm is compared with vanilla; an arm that reorders also with the same arm with a frozen order. */
function isControl(control: Arm, treated: Arm): boolean {
  if (treated.scheme === 'vanilla') return false;
  if (control.scheme === 'vanilla') return true;
  return (
    treated.scheme === 'mean-field' &&
    control.scheme === 'mean-field-no-reorder' &&
    control.tauStart === treated.tauStart &&
    control.tauLrFactor === treated.tauLrFactor
  );
}

interface ArmOutcomes {
  readonly arm: Arm;
  readonly mine: readonly Outcome[];
}

function comparison(treated: ArmOutcomes, control: ArmOutcomes): Comparison[] {
  const pairs = treated.mine.flatMap(({ cell: { seed }, error }) =>
    control.mine.filter(({ cell }) => cell.seed === seed).map((one) => ({ seed, gain: one.error - error })),
  );
  if (!pairs.length) return [];
  const gains = pairs.map(({ gain }) => gain);
  return [
    {
      arm: treated.arm.label,
      against: control.arm.label,
      seeds: pairs.map(({ seed }) => seed),
      gains,
      gain: pairedGain(gains),
    },
  ];
}
