/** Measured numbers and their bands as text, for tables and pages. */
import type { Check } from '../runs/index.ts';

/** In scientific notation if small or large. */
export function formatMeasured(value: number, digits = 4): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  return size !== 0 && (size < 1e-3 || size >= 1e5)
    ? value.toExponential(1)
    : String(Number(value.toPrecision(digits)));
}

/** `-1 ± 0.05`, `at most 1e-11`, `at least 1`. */
export function formatBand({ min, max }: Check['band']): string {
  if (min !== undefined && max !== undefined)
    return `${formatMeasured((min + max) / 2)} ± ${formatMeasured((max - min) / 2)}`;
  return max === undefined ? `at least ${formatMeasured(min ?? NaN)}` : `at most ${formatMeasured(max)}`;
}

/** `-0.9971 (6.1e-4)`: the measured number and its standard error, if known. */
export function formatWithError({
  measured,
  standardError,
}: Pick<Check, 'measured' | 'standardError'>): string {
  const error = standardError === undefined ? '' : ` (${formatMeasured(standardError, 2)})`;
  return `${formatMeasured(measured)}${error}`;
}
