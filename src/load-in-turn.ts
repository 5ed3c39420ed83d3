/**
 * Imported first by every process of the command line: where few files may be open (`ulimit -n`), modules are loaded one after the
 * other. Node opens all imports of a module at once, more than 100 for a training with its report.
 */
import { readFileSync } from 'node:fs';
import { register } from 'node:module';

/** Files that may be open, from which on nothing needs to be done. */
const plenty = 512;

/** How many files this process may have open; undefined where `/proc` is missing. */
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
  // Processes that are forked from this one do the same.
  if (!process.execArgv.includes(import.meta.url)) process.execArgv.push('--import', import.meta.url);
}
