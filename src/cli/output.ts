/** What every command does with its streams: data on stdout, the rest on stderr, colour only on a terminal. */
import picocolors from 'picocolors';

/** Colours for stderr; plain when it is not a terminal, or NO_COLOR or TERM=dumb is set. */
export function colours(): ReturnType<typeof picocolors.createColors> {
  const env = process.env;
  const wanted = env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '0';
  const allowed = env.NO_COLOR === undefined && env.TERM !== 'dumb' && process.stderr.isTTY;
  return picocolors.createColors(wanted || allowed);
}

export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** The one object that --json promises, as the last line of stdout. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** 3725 -> 1h02m, 95 -> 1m35s, 4.2 -> 4.2s */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '?';
  if (seconds < 60) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds).toString()}s`;
  const minutes = Math.floor(seconds / 60);
  const two = (value: number): string => String(value).padStart(2, '0');
  if (minutes < 60) return `${minutes}m${two(Math.floor(seconds % 60))}s`;
  return `${Math.floor(minutes / 60)}h${two(minutes % 60)}m`;
}

/** Columns of text; numbers are aligned right. */
export function textTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  const numeric = header.map((_, column) =>
    rows.every((row) => /^[-+\d.%]*( ?\S{0,3})?$/.test(row[column] ?? '')),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) =>
        numeric[column] ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd();
  return [line(header), widths.map((width) => '-'.repeat(width)).join('  '), ...rows.map(line)].join('\n');
}
