/** The command line of a process, and whether it trains a run. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readlinkSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { expandHome } from '../../io/index.ts';
import { readConfigFile } from '../../runs/index.ts';
import { realPath } from './inside.ts';

interface ProcessWords {
  readonly words: readonly string[];
  /** Its working folder, where that can be known. */
  readonly cwd: string;
}

function wordsOf(pid: number): ProcessWords | undefined {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replace(/\0$/, '').split('\0');
    return { words, cwd: readlinkSync(`/proc/${pid}/cwd`) };
  } catch {
    // Where there is no /proc, words with spaces fall apart: then no process is found to train the run.
    if (existsSync('/proc/self')) return undefined;
    const { status, stdout } = spawnSync('ps', ['-ww', '-o', 'args=', '-p', String(pid)], {
      encoding: 'utf8',
    });
    return status === 0 ? { words: stdout.trim().split(/\s+/), cwd: process.cwd() } : undefined;
  }
}

export type Trainer =
  /** `meanfield train` of this run. */
  | 'train'
  /** A worker of `meanfield reproduce`. */
  | 'reproduce'
  /** Something else. */
  | 'other';

/** The value of a flag, in either way to write it. */
function flagOf(words: readonly string[], flag: string): string | undefined {
  const joined = words.find((word) => word.startsWith(`${flag}=`));
  if (joined !== undefined) return joined.slice(flag.length + 1);
  const at = words.indexOf(flag);
  return at < 0 ? undefined : words[at + 1];
}

/** Where it makes run folders: by its flag, else by its settings file. */
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
 * What a process is to a run folder, by its own command line: what the folder says about it is not believed.
 *
 * @param dir - the run folder
 */
export function trainerOf(pid: number, dir: string): Trainer {
  const found = wordsOf(pid);
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
