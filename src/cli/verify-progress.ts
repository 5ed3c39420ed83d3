/** Progress of `verify` on stderr: what runs now on a live line of a terminal, a plain line a claim elsewhere. */
import type { SeededResult, Task } from '../theory/verify.ts';
import { colours, duration, say } from './output.ts';

/** Seconds without a result after which a plain line tells that work goes on. */
const plainInterval = 60;

export interface VerifyPrinter {
  readonly onProgress: (task: Task, fraction: number) => void;
  readonly onResult: (outcome: SeededResult, done: number, of: number) => void;
  /** Removes the live line, before other text is written. */
  end(): void;
}

const nameOf = (id: string, seed: number, seeds: number): string => (seeds > 1 ? `${id} seed ${seed}` : id);

export function verifyPrinter(seeds: number, columns = process.stderr.columns): VerifyPrinter {
  const { dim, green, red } = colours();
  const live = process.stderr.isTTY && process.env.TERM !== 'dumb';
  const started = performance.now();
  const running = new Map<string, number>();
  let [last, open, counted] = [started, false, ''];
  const clear = (): void => {
    if (open) process.stderr.write('\r\x1b[K');
    open = false;
  };
  const status = (): string => {
    const now = [...running].map(([name, fraction]) => `${name} ${Math.round(100 * fraction)} %`).join('  ');
    return `verify: ${counted}${now}  ${duration((performance.now() - started) / 1000)}`;
  };
  return {
    onProgress(task, fraction) {
      running.set(nameOf(task.id, task.seed, seeds), fraction);
      const now = performance.now();
      if (live && now - last > 100) {
        // A line that wraps could not be taken back.
        process.stderr.write(`\r\x1b[K${status().slice(0, Math.max(20, columns - 1))}`);
        [last, open] = [now, true];
      } else if (!live && now - last > 1000 * plainInterval) {
        say(status());
        last = now;
      }
    },
    onResult({ seed, result }, done, of) {
      const { id, pass, seconds, error } = result;
      const name = nameOf(id, seed, seeds);
      running.delete(name);
      counted = `${done}/${of}  `;
      clear();
      const verdict = pass ? green('holds') : red('FAILS');
      say(
        `verify: ${done}/${of} ${name} ${verdict} ${dim(`(${seconds.toFixed(1)} s)`)}${error === undefined ? '' : `: ${error}`}`,
      );
      last = performance.now();
    },
    end: clear,
  };
}
