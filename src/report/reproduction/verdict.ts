/** Whether a grid with the talk's own recipe confirms the claimed gains. */
import {
  type Comparison,
  mainArm,
  type Reproduction,
  type ReproductionRow,
} from '../../runs/reproduction.ts';
import { gainText, meanText, signed, type Table } from './tables.ts';

/**
 * `confirmed`: the 95 % interval of the paired gain lies above 0 and contains the claimed gain. `excluded`: it does not
 * contain the claimed gain. `open`: it contains both 0 and the claimed gain, or there are too few pairs for an
 * interval.
 */
type Verdict = 'confirmed' | 'excluded' | 'open' | 'another recipe' | 'not run';

/** mean-field against vanilla, with the settings that represent each scheme in the table. */
function mainComparison(row: ReproductionRow): Comparison | undefined {
  const [vanilla, meanField] = [mainArm(row, 'vanilla'), mainArm(row, 'mean-field')];
  return row.comparisons.find(({ arm, against }) => arm === meanField?.arm && against === vanilla?.arm);
}

/** Whether the recipe is the talk's: its preset, with no changes except precision or device. */
function hasTalkRecipe({ preset, changed, measuredOn }: Reproduction): boolean {
  return (
    preset === 'talk' &&
    measuredOn === 'test' &&
    Object.keys(changed).every((key) => key === 'amp' || key === 'device')
  );
}

/** @returns undefined for a row that the talk does not have */
export function verdictOf(row: ReproductionRow, reproduction: Reproduction): Verdict | undefined {
  if (!row.talk) return undefined;
  const comparison = mainComparison(row);
  if (!comparison) return 'not run';
  if (!hasTalkRecipe(reproduction)) return 'another recipe';
  const { interval } = comparison.gain;
  if (!interval) return 'open';
  const claimed = row.talk.vanilla - row.talk.meanField;
  const [low, high] = interval;
  if (claimed < low || claimed > high) return 'excluded';
  return low > 0 ? 'confirmed' : 'open';
}

const range = ([low, high]: readonly [number, number]): string => `${low.toFixed(2)}-${high.toFixed(2)}`;

/**
 * For each row of the talk: our vanilla beside the quoted one and published re-runs, our gain beside the claimed one.
 */
export function verdictTable(reproduction: Reproduction): Table {
  return {
    header: [
      'network',
      'vanilla here',
      'quoted',
      'published re-runs',
      'gain here [95 %]',
      'detectable gain',
      "talk's gain",
      'verdict',
    ],
    rows: reproduction.rows.flatMap((row) => {
      const verdict = verdictOf(row, reproduction);
      if (!row.talk || !verdict) return [];
      const gain = mainComparison(row)?.gain;
      return [
        [
          row.network,
          meanText(mainArm(row, 'vanilla')?.error),
          row.talk.vanilla.toFixed(2),
          row.reruns ? range(row.reruns) : '',
          gain ? gainText(gain) : '',
          gain?.detectable?.toFixed(2) ?? '',
          signed(row.talk.vanilla - row.talk.meanField),
          verdict,
        ],
      ];
    }),
  };
}

/** One sentence for each row that was run: whether the talk's gain is confirmed, excluded or open. */
export function verdictSentences(reproduction: Reproduction): string[] {
  return reproduction.rows.flatMap((row) => {
    const verdict = verdictOf(row, reproduction);
    const gain = mainComparison(row)?.gain;
    if (!row.talk || !verdict || verdict === 'not run' || !gain) return [];
    const claim = `${row.network}: the talk's gain of ${(row.talk.vanilla - row.talk.meanField).toFixed(2)} points`;
    const pairs = `${gain.n} pair${gain.n === 1 ? '' : 's'}`;
    if (verdict === 'another recipe')
      return [`${claim} is not tested here: this grid uses another recipe (gain ${gainText(gain)}).`];
    return [`${claim} is ${verdict}: ${pairs} give ${gainText(gain)}.`];
  });
}
