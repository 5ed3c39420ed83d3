/** Progress of `verify` on stderr: the current claim on a live line of a terminal, a plain line per claim elsewhere. */
import type { SeededResult, Task } from '../theory/index.ts';
import { colours, duration, say } from './output.ts';
import { fitParts, progressLine } from './terminal.ts';

interface VerifyPrinter {
  readonly onProgress: (task: Task, fraction: number) => void;
  readonly onResult: (outcome: SeededResult, done: number, of: number) => void;
}

const nameOf = (id: string, seed: number, seeds: number): string => (seeds > 1 ? `${id} seed ${seed}` : id);

export function verifyPrinter(seeds: number): VerifyPrinter {
  const { dim, green, red } = colours();
  const started = performance.now();
  const running = new Map<string, number>();
  const line = progressLine(process.stderr, { plainInterval: 60_000 });
  let counted = '';
  const status = (width: number): string =>
    fitParts(
      [
        { text: `verify:${counted}` },
        ...[...running].map(([name, fraction], i) => ({
          text: `${name} ${Math.round(100 * fraction)} %`,
          rank: i,
        })),
        { text: duration((performance.now() - started) / 1000) },
      ],
      width,
    );
  return {
    onProgress(task, fraction) {
      running.set(nameOf(task.id, task.seed, seeds), fraction);
      line.show(status);
    },
    onResult({ seed, result }, done, of) {
      const { id, pass, seconds, error } = result;
      const name = nameOf(id, seed, seeds);
      running.delete(name);
      counted = ` ${done}/${of}`;
      const verdict = pass ? green('holds') : red('FAILS');
      say(
        `verify: ${done}/${of} ${name} ${verdict} ${dim(`(${seconds.toFixed(1)} s)`)}${error === undefined ? '' : `: ${error}`}`,
      );
      line.postpone();
    },
  };
}
