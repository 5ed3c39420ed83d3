/** Progress of a grid on stderr: a line for every epoch and every end. */
import type { Cell, CellEnd, PoolOptions } from '../experiment/index.ts';
import { exitCodes, type ExitCode } from '../errors.ts';
import { colours, duration, say } from './output.ts';

export interface GridPrinter {
  readonly handlers: Pick<PoolOptions, 'onStart' | 'onProgress' | 'onEnd' | 'onWait'>;
  /** What the failures come to: 2 or 3 for what no run can do, 4 if all diverged, else 1. */
  worstExit(): ExitCode;
  end(): void;
}

interface Running {
  text: string;
}

/** @param before - cells that were finished already */
export function gridPrinter(before: number, total: number): GridPrinter {
  const { bold, dim, red } = colours();
  const live = process.stderr.isTTY && process.env.TERM !== 'dumb';
  const running = new Map<Cell, Running>();
  const failures: ExitCode[] = [];
  let [ended, lastLive, open] = [0, 0, false];
  const end = (): void => {
    if (open) process.stderr.write('\r\x1b[K');
    open = false;
  };
  const tell = (text: string): void => {
    end();
    say(text);
  };
  const draw = (): void => {
    const now = performance.now();
    if (!live || now - lastLive < 200) return;
    const line = `${before + ended}/${total} done  ${[...running].map(([cell, { text }]) => `${cell.name} ${text}`).join('  ')}`;
    process.stderr.write(`\r\x1b[K${line.slice(0, (process.stderr.columns || 100) - 1)}`);
    [lastLive, open] = [now, true];
  };
  return {
    handlers: {
      onStart(cell) {
        running.set(cell, { text: 'starts' });
        tell(dim(`${cell.name} starts`));
      },
      onProgress(cell, progress) {
        if (progress.kind === 'epoch') {
          const { epoch, epochs, trainLoss, evaluation, evaluatedOn, seconds, swaps } = progress;
          const error = evaluation
            ? `  ${evaluatedOn} error ${bold(`${evaluation.error.toFixed(2)} %`)}`
            : '';
          tell(
            `${cell.name}  epoch ${epoch + 1}/${epochs}  train loss ${trainLoss.toFixed(3)}${error}  ${dim(`${seconds.toFixed(1)} s${swaps ? `, ${swaps} swaps` : ''}`)}`,
          );
        } else if (progress.kind === 'step') {
          const { step, totalSteps, secondsLeft } = progress;
          running.set(cell, {
            text: `${Math.floor((100 * step) / totalSteps)} %, ${duration(secondsLeft)} left`,
          });
          draw();
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
          `waiting for ${cells.length} run${cells.length > 1 ? 's' : ''} of ${holders.join(', ')} (Ctrl-C leaves: the page then lacks ${cells.length > 1 ? 'them' : 'it'})`,
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
    end,
  };
}
