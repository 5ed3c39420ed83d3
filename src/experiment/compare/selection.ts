/** A group of runs as it is named on the command line: `PATH`, or `PATH:KEY=VALUE,KEY=VALUE`. */
import { existsSync } from 'node:fs';
import { expandHome } from '../../io/index.ts';

export interface Selection {
  /** As given. */
  readonly text: string;
  readonly path: string;
  /** Values that a run or row of the group has, by setting or column. */
  readonly where: ReadonlyMap<string, string>;
}

const conditions = /^(.+?):([^:=,/\\]+=[^,]*(?:,[^:=,/\\]+=[^,]*)*)$/;

/** A path that exists is taken whole, even if its name looks like a condition. */
export function parseSelection(text: string): Selection {
  const whole = expandHome(text);
  const match = existsSync(whole) ? null : conditions.exec(text);
  if (!match) return { text, path: whole, where: new Map() };
  const where = match[2]!.split(',').map((one): [string, string] => {
    const at = one.indexOf('=');
    return [one.slice(0, at), one.slice(at + 1)];
  });
  return { text, path: expandHome(match[1]!), where: new Map(where) };
}

/** Whether a value is the wanted one; numbers are compared as numbers: 0.10 is 1e-1. */
export function equals(value: unknown, wanted: string): boolean {
  if (typeof value === 'number') return wanted.trim() !== '' && value === Number(wanted);
  return String(value) === wanted;
}
