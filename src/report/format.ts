/** Numbers and times as people read them. */

export const missing = '–';

export function formatNumber(value: number | undefined, digits = 2): string {
  return value === undefined || !Number.isFinite(value) ? missing : value.toFixed(digits);
}

/** 1 234 567, with narrow spaces. */
export function formatCount(value: number | undefined): string {
  return value === undefined || !Number.isFinite(value)
    ? missing
    : Math.round(value)
        .toString()
        .replace(/\B(?=(\d{3})+$)/g, '\u202f');
}

/** 45 s, 12 min 5 s, 3 h 20 min. */
export function formatDuration(seconds: number | undefined): string {
  if (seconds === undefined || !Number.isFinite(seconds)) return missing;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${whole % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** A setting on one line. */
export function formatValue(value: unknown): string {
  if (value === undefined) return missing;
  if (typeof value === 'string') return value;
  return JSON.stringify(value);
}
