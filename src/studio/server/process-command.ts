/** Reads the command line of a process and decides whether it trains a run. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readlinkSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { expandHome } from '../../io/index.ts';
import { readConfigFile } from '../../runs/index.ts';
import { realPath } from './path-guard.ts';

interface ProcessCommand {
  readonly words: readonly string[];
  /** Its working folder, if known. */
  readonly cwd: string;
}

function commandOf(pid: number): ProcessCommand | undefined {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replace(/\0$/, '').split('\0');
    return { words, cwd: readlinkSync(`/proc/${pid}/cwd`) };
  } catch {
    // Without /proc, arguments with spaces are split, so no process is recognised as training such a run.
    if (existsSync('/proc/self')) return undefined;
    const { status, stdout } = spawnSync('ps', ['-ww', '-o', 'args=', '-p', String(pid)], {
      encoding: 'utf8',
    });
    return status === 0 ? { words: stdout.trim().split(/\s+/), cwd: process.cwd() } : undefined;
  }
}

type Trainer =
  /** `meanfield train` for this run. */
  | 'train'
  /** A worker of `meanfield reproduce`. */
  | 'reproduce'
  /** Something else. */
  | 'other';

/** The value of `--flag value` or `--flag=value`. */
function flagOf(words: readonly string[], flag: string): string | undefined {
  const joined = words.find((word) => word.startsWith(`${flag}=`));
  if (joined !== undefined) return joined.slice(flag.length + 1);
  const at = words.indexOf(flag);
  return at < 0 ? undefined : words[at + 1];
}

/** Where the process creates run folders: its --output flag, else its settings file. */
function outputOf(words: readonly string[], cwd: string): string {
  const output = flagOf(words, '--output');
  const file = flagOf(words, '--config') ?? flagOf(words, '-c');
  if (output !== undefined || file === undefined) return output ?? 'runs';
  try {
    const named = readConfigFile(resolve(cwd, expandHome(file))).output;
    return typeof named === 'string' ? named : 'runs';
  } catch {
    return 'runs';
  }
}

/**
 * Classifies a process by its own command line; the run folder's claim is not trusted.
 *
 * @param dir - the run folder
 */
export function trainerOf(pid: number, dir: string): Trainer {
  const found = commandOf(pid);
  if (!found) return 'other';
  const { words, cwd } = found;
  const at = words.findIndex((word) => ['meanfield.js', 'meanfield'].includes(basename(word)));
  if (at < 0) return words.some((word) => basename(word) === 'cell-worker.js') ? 'reproduce' : 'other';
  if (words[at + 1] !== 'train') return 'other';
  const own = words.slice(at + 2);
  const [real, resumed] = [realPath(dir), flagOf(own, '--resume')];
  if (real === undefined) return 'other';
  const place = resolve(cwd, expandHome(resumed ?? outputOf(own, cwd)));
  return realPath(place) === (resumed === undefined ? dirname(real) : real) ? 'train' : 'other';
}
