/** Numbers and times as text. */
import { formatLocale } from 'd3-format';
import { timeFormat } from 'd3-time-format';

export const missing = '–';

/** Groups of three digits with a narrow space, and a true minus sign. */
const locale = formatLocale({
  decimal: '.',
  thousands: '\u202f',
  grouping: [3],
  currency: ['', ''],
  minus: '-',
});

/** A formatter for a d3-format specifier, such as `,.0f`. */
export const numberFormat = (specifier: string): ((value: number) => string) => locale.format(specifier);

const grouped = numberFormat(',.0f');

const isKnown = (value: number | null | undefined): value is number =>
  value !== null && value !== undefined && Number.isFinite(value);

export function formatNumber(value: number | null | undefined, digits = 2): string {
  return isKnown(value) ? value.toFixed(digits) : missing;
}

/** 1 234 567, with narrow spaces. */
export function formatCount(value: number | null | undefined): string {
  return isKnown(value) ? grouped(Math.round(value)) : missing;
}

/** Few digits, for axes and readings: 0.352, 12.4, 5 865, 1.2e-5. */
export function formatShort(value: number | null | undefined): string {
  if (!isKnown(value)) return missing;
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e7)) return value.toExponential(2).replace('e+', 'e');
  return Number.isInteger(value) || size >= 1000 ? formatCount(value) : String(Number(value.toPrecision(4)));
}

/** 45 s, 12 min 5 s, 3 h 20 min. */
export function formatDuration(seconds: number | null | undefined): string {
  if (!isKnown(seconds)) return missing;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${whole % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

const dateAndTime = timeFormat('%Y-%m-%d %H:%M');

/** 2026-11-25 20:53, in local time. */
export function formatDate(iso: string | null | undefined): string {
  const date = new Date(iso ?? NaN);
  return Number.isNaN(date.getTime()) ? missing : dateAndTime(date);
}

/** A setting on one line. */
export function formatValue(value: unknown): string {
  if (value === undefined) return missing;
  if (typeof value === 'string') return value;
  return JSON.stringify(value);
}

const superscripts: Readonly<Record<string, string>> = {
  '-': '⁻',
  ...Object.fromEntries(Array.from('⁰¹²³⁴⁵⁶⁷⁸⁹', (raised, digit) => [String(digit), raised])),
};

/** `3×10⁻⁴`, or `10⁻⁴` where the factor is 1. */
export function formatPower(value: number, digits = 2): string {
  const [factor = '', power = ''] = value.toExponential(digits - 1).split('e');
  const raised = `10${Array.from(power, (sign) => superscripts[sign] ?? '').join('')}`;
  return Number(factor) === 1 ? raised : `${Number(factor)}×${raised}`;
}

/** A label in sentence case; symbols of one letter, such as p, stay. */
export const sentenceCase = (label: string): string =>
  label.length > 1 ? `${label[0]!.toUpperCase()}${label.slice(1)}` : label;
