/** Progress of training on stderr: a live line on a terminal, a plain line now and then elsewhere. */
import type { OnProgress, StepProgress } from '../train/index.ts';
import { colours, duration, say } from './output.ts';

const barWidth = 20;
/** Seconds between plain lines when stderr is not a terminal. */
const plainInterval = 30;

function bar(share: number): string {
  const full = Math.round(share * barWidth);
  return '█'.repeat(full) + '░'.repeat(barWidth - full);
}

function stepText({ epoch, epochs, loss, error, lr, imagesPerSecond, secondsLeft }: StepProgress): string {
  return [
    `epoch ${epoch + 1}/${epochs}`,
    `loss ${loss.toFixed(3)}`,
    `error ${error.toFixed(1)} %`,
    `lr ${lr.toPrecision(2)}`,
    `${Math.round(imagesPerSecond)} images/s`,
    `${duration(secondsLeft)} left`,
  ].join('  ');
}

export interface ProgressPrinter {
  readonly onProgress: OnProgress;
  /** Ends the live line, before other text is written. */
  end(): void;
}

/** @param label - stands before every line, such as the scheme of a run beside others */
export function progressPrinter(label = '', quiet = false): ProgressPrinter {
  const { dim, bold } = colours();
  const live = process.stderr.isTTY && process.env.TERM !== 'dumb';
  let [lastPlain, lastLive, open] = [performance.now(), 0, false];
  const end = (): void => {
    if (open) process.stderr.write('\n');
    open = false;
  };
  const clear = (): void => {
    if (open) process.stderr.write('\r\x1b[K');
    open = false;
  };
  const onProgress: OnProgress = (progress) => {
    if (quiet) return;
    if (progress.kind === 'epoch') {
      clear();
      const { epoch, epochs, trainLoss, trainError, evaluation, evaluatedOn, seconds, swaps } = progress;
      say(
        `${label}epoch ${String(epoch + 1).padStart(String(epochs).length)}/${epochs}  train loss ${trainLoss.toFixed(3)} error ${trainError.toFixed(2)} %  ` +
          `${evaluation ? `${bold(`${evaluatedOn} error ${evaluation.error.toFixed(2)} %`)}  ` : ''}${dim(`${seconds.toFixed(1)} s${swaps ? `, ${swaps} swaps` : ''}`)}`,
      );
      lastPlain = performance.now();
    } else if (progress.kind === 'step') {
      const now = performance.now();
      if (live && now - lastLive > 100) {
        process.stderr.write(
          `\r\x1b[K${label}${bar((progress.batch + 1) / progress.batches)} ${stepText(progress)}`,
        );
        [lastLive, open] = [now, true];
      } else if (!live && now - lastPlain > 1000 * plainInterval) {
        say(`${label}${stepText(progress)}`);
        lastPlain = now;
      }
    }
  };
  return { onProgress, end };
}
