/** Paired gains against SciPy's paired t-test. */
import { describe, expect, it } from 'vitest';
import { pairedGain } from '../../src/stats/index.ts';
import { ask, python, versionOf } from '../peers/python.ts';

const version = versionOf('scipy');
const title = version ? `SciPy ${version}` : `SciPy: skipped, ${python} has none`;

describe.skipIf(version === undefined)(title, () => {
  it('mean, interval and p-value of 3 to 40 pairs equal those of SciPy', () => {
    // A fixed stream of numbers in [0, 1).
    let state = 1;
    const draw = (): number => (state = (state * 48271) % 2147483647) / 2147483647;
    const pairs = [2, 3, 5, 12, 40].map((n) => {
      const control = Array.from({ length: n }, () => 8 + draw());
      return [control, control.map((value) => value - 0.4 * draw())] as const;
    });
    const answers = ask('paired_t.py', { pairs }) as { t: number; p: number; low: number; high: number }[];
    pairs.forEach(([control, treated], i) => {
      const { t, p, low, high } = answers[i]!;
      const gain = pairedGain(control.map((value, k) => value - treated[k]!));
      expect(gain.mean / gain.standardError!).toBeCloseTo(t, 8);
      expect(gain.pValue).toBeCloseTo(p, 8);
      expect(gain.interval![0]).toBeCloseTo(low, 8);
      expect(gain.interval![1]).toBeCloseTo(high, 8);
    });
  });
});
