/** What the finished cells of a grid come to: means over seeds, paired gains, and how blocks changed their order. */
import { readRun, type RunResult } from '../../runs/index.ts';
import type { Arm } from './arms.ts';
import type { Cell, Grid } from './grid.ts';
import { type OrderChanges, orderChanges, type RunSwaps } from './order-changes.ts';
import { runFolder, standingOf } from './standing.ts';
import { type Mean, meanOf, type PairedGain, pairedGain } from './statistics.ts';
import { type TableRow, talkTable } from './talk-table.ts';

/** A finished run. */
export interface Outcome {
  readonly cell: Cell;
  readonly dir: string;
  readonly result: RunResult;
  /** Percent: on the test set, or on the images held out where the grid has a validation split. */
  readonly error: number;
}

export interface ArmResult {
  readonly arm: Arm;
  /** Of the errors in percent after the last epoch. */
  readonly mean: Mean;
  readonly errors: readonly { readonly seed: number; readonly error: number }[];
  /** Mean duration of a run in s. */
  readonly seconds: number;
  /** Absent for arms that never reorder. */
  readonly order?: OrderChanges;
}

export interface Comparison {
  readonly arm: Arm;
  readonly against: Arm;
  /** Seeds that both have. */
  readonly seeds: readonly number[];
  /** Error of `against` minus that of `arm`, in points. */
  readonly gain: PairedGain;
}

export interface RowResult {
  readonly row: TableRow;
  /** Arms with at least one finished run. */
  readonly arms: readonly ArmResult[];
  readonly comparisons: readonly Comparison[];
}

export interface GridResults {
  readonly grid: Grid;
  /** What errors are measured on. */
  readonly measuredOn: 'test' | 'validation';
  /** The rows of the grid, and those of the talk that are not part of it, in the order of the talk. */
  readonly rows: readonly RowResult[];
  readonly outcomes: readonly Outcome[];
  readonly unfinished: readonly { readonly cell: Cell; readonly state: string }[];
}

/** Reads the folder as it is now. @throws UsageError if it holds runs with other settings */
export async function gridResults(grid: Grid, root: string): Promise<GridResults> {
  const outcomes: Outcome[] = [];
  const unfinished: { cell: Cell; state: string }[] = [];
  for (const cell of grid.cells) {
    const standing = standingOf(root, cell);
    if (standing.state !== 'finished') unfinished.push({ cell, state: standing.state });
    else {
      const { result } = standing;
      const error = cell.config.valSplit > 0 ? (result.validationError ?? Number.NaN) : result.testError;
      outcomes.push({ cell, dir: runFolder(root, cell), result, error });
    }
  }
  const swaps = new Map<Outcome, RunSwaps>();
  for (const outcome of outcomes)
    swaps.set(outcome, { swaps: await readRun(outcome.dir).swaps(), epochs: outcome.result.epochs });
  const others = talkTable.filter(({ id }) => !grid.rows.some((row) => row.id === id));
  const order = (row: TableRow): number => talkTable.findIndex(({ id }) => id === row.id);
  const rows = [...grid.rows, ...others]
    .sort((a, b) => order(a) - order(b))
    .map((row) => rowResult(row, grid.arms, outcomes, swaps));
  const measuredOn = grid.cells.some(({ config }) => config.valSplit > 0) ? 'validation' : 'test';
  return { grid, measuredOn, rows, outcomes, unfinished };
}

function rowResult(
  row: TableRow,
  arms: readonly Arm[],
  outcomes: readonly Outcome[],
  swaps: ReadonlyMap<Outcome, RunSwaps>,
): RowResult {
  const of = (arm: Arm): Outcome[] =>
    outcomes.filter(({ cell }) => cell.row.id === row.id && cell.arm.slug === arm.slug);
  const measured = arms.flatMap((arm): ArmResult[] => {
    const mine = of(arm);
    if (!mine.length) return [];
    const moving = mine.flatMap((outcome) => swaps.get(outcome) ?? []);
    const reorders = arm.scheme === 'mean-field' || arm.scheme === 'intervals';
    return [
      {
        arm,
        mean: meanOf(mine.map(({ error }) => error)),
        errors: mine.map(({ cell, error }) => ({ seed: cell.seed, error })),
        seconds: meanOf(mine.map(({ result }) => result.seconds)).mean,
        ...(reorders && { order: orderChanges(moving) }),
      },
    ];
  });
  return { row, arms: measured, comparisons: comparisonsOf(measured) };
}

/** Every arm against vanilla; and those that reorder against the same arm with a frozen order. */
function comparisonsOf(arms: readonly ArmResult[]): Comparison[] {
  const controls = (arm: Arm): ArmResult[] =>
    arms.filter(
      ({ arm: other }) =>
        (other.scheme === 'vanilla' && arm.scheme !== 'vanilla') ||
        (other.scheme === 'mean-field-no-reorder' &&
          arm.scheme === 'mean-field' &&
          other.tauStart === arm.tauStart &&
          other.tauLrFactor === arm.tauLrFactor),
    );
  return arms.flatMap((treated) =>
    controls(treated.arm).flatMap((control): Comparison[] => {
      const pairs = treated.errors.flatMap(({ seed, error }) =>
        control.errors.filter((one) => one.seed === seed).map((one) => ({ seed, gain: one.error - error })),
      );
      if (!pairs.length) return [];
      return [
        {
          arm: treated.arm,
          against: control.arm,
          seeds: pairs.map(({ seed }) => seed),
          gain: pairedGain(pairs.map(({ gain }) => gain)),
        },
      ];
    }),
  );
}
