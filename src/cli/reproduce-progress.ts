/** Progress of a grid on stderr: a line for every finished epoch and run. */
import type { Cell, CellEnd, PoolOptions } from '../experiment/index.ts';
import { exitCodes, type ExitCode } from '../errors.ts';
import { colours, duration, say } from './output.ts';
import { epochParts } from './progress-bar.ts';
import { fitParts, lineWidth, progressLine } from './terminal.ts';

interface GridPrinter {
  readonly handlers: Pick<PoolOptions, 'onStart' | 'onProgress' | 'onEnd' | 'onWait'>;
  /** The exit code for all failures: 2 or 3 if no run can succeed, 4 if all diverged, else 1. */
  worstExit(): ExitCode;
}

/** @param before - number of cells that were already finished */
export function gridPrinter(before: number, total: number): GridPrinter {
  const { dim, red } = colours();
  const line = progressLine(process.stderr, { liveInterval: 200, plainInterval: 60_000 });
  const running = new Map<Cell, string>();
  const failures: ExitCode[] = [];
  let ended = 0;
  const tell = (text: string): void => {
    say(text);
    line.postpone();
  };
  const status = (width: number): string =>
    fitParts(
      [
        { text: `${before + ended}/${total} done` },
        ...[...running].map(([cell, text], i) => ({ text: `${cell.name} ${text}`, rank: i })),
      ],
      width,
    );
  return {
    handlers: {
      onStart(cell) {
        running.set(cell, 'starts');
        tell(dim(`${cell.name} started`));
      },
      onProgress(cell, progress) {
        if (progress.kind === 'epoch') {
          tell(fitParts([{ text: cell.name }, ...epochParts(progress)], lineWidth(process.stderr)));
        } else if (progress.kind === 'step') {
          const { step, totalSteps, secondsLeft } = progress;
          running.set(cell, `${Math.floor((100 * step) / totalSteps)} %, ${duration(secondsLeft)} left`);
          line.show(status);
        }
      },
      onEnd(cell, how: CellEnd) {
        running.delete(cell);
        if (how.how === 'failed') {
          failures.push(how.exitCode);
          tell(red(`${cell.name} failed: ${how.message}`));
        } else if (how.how === 'finished') {
          ended++;
          tell(`${cell.name} finished (${ended} here)`);
        }
      },
      onWait(cells, holders) {
        tell(
          `waiting for ${cells.length} run${cells.length > 1 ? 's' : ''} trained by ${holders.join(', ')} (Ctrl-C stops waiting; the page will not include ${cells.length > 1 ? 'them' : 'it'})`,
        );
      },
    },
    worstExit: () =>
      failures.includes(exitCodes.usage)
        ? exitCodes.usage
        : failures.includes(exitCodes.environment)
          ? exitCodes.environment
          : failures.every((code) => code === exitCodes.diverged)
            ? exitCodes.diverged
            : exitCodes.failed,
  };
}
