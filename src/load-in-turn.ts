/**
 * Imported first by every process of the command line. Where the limit of open files is low (`ulimit -n`), it loads
 * modules one after the other: Node opens all imports of a module at once, more than 100 for a training run with its
 * report.
 */
import { readFileSync } from 'node:fs';
import { register } from 'node:module';

/** With at least this many open files allowed, nothing needs to be done. */
const plenty = 512;

/** The limit of open files; undefined where `/proc` is missing. */
function openFilesLimit(): number | undefined {
  try {
    const soft = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
    return soft === undefined ? undefined : Number(soft);
  } catch {
    return undefined;
  }
}

if ((openFilesLimit() ?? plenty) < plenty) {
  register('./load-in-turn-hook.js', import.meta.url);
  // Child processes do the same.
  if (!process.execArgv.includes(import.meta.url)) process.execArgv.push('--import', import.meta.url);
}
