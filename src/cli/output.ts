/** Streams of every command: data on stdout, the rest on stderr, colour only on a terminal. */
import picocolors from 'picocolors';
import { clearLiveLine, type Terminal } from './terminal.ts';

/**
 * Colours for text on `stream`: FORCE_COLOR enables them everywhere, 0 or false disables them everywhere; otherwise
 * they need a terminal without NO_COLOR and TERM=dumb. An empty variable counts as absent.
 */
export function colours(stream: Terminal = process.stderr): ReturnType<typeof picocolors.createColors> {
  const { FORCE_COLOR: force = '', NO_COLOR: no = '', TERM: term } = process.env;
  const wanted =
    force === '' ? no === '' && term !== 'dumb' && Boolean(stream.isTTY) : !/^(0|false)$/.test(force);
  return picocolors.createColors(wanted);
}

/** Writes a line to stderr. */
export function say(text: string): void {
  clearLiveLine();
  process.stderr.write(`${text}\n`);
}

/** Writes one or more lines to stdout. */
export function print(text: string): void {
  clearLiveLine();
  process.stdout.write(`${text}\n`);
}

/** Writes the JSON object of --json, as the last line of stdout. */
export function printJson(value: unknown): void {
  print(JSON.stringify(value));
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
