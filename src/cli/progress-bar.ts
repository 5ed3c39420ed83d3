/** Training progress on stderr: a live line on a terminal, an occasional plain line elsewhere. */
import type { EpochProgress, OnProgress, StepProgress } from '../train/index.ts';
import { colours, duration, say } from './output.ts';
import { fitParts, lineWidth, type Part, progressLine, type Terminal } from './terminal.ts';

const barWidth = 20;

function bar(share: number): string {
  const full = Math.round(share * barWidth);
  return '█'.repeat(full) + '░'.repeat(barWidth - full);
}

/** The report of a step; a narrow terminal drops time left, loss and epoch last. */
const stepParts = (progress: StepProgress): Part[] => {
  const { epoch, epochs, batch, batches, loss, error, lr, imagesPerSecond, secondsLeft } = progress;
  return [
    { text: bar((batch + 1) / batches), rank: 3 },
    { text: `epoch ${epoch + 1}/${epochs}` },
    { text: `loss ${loss.toFixed(3)}`, rank: 1 },
    { text: `error ${error.toFixed(1)} %`, rank: 2 },
    { text: `lr ${lr.toPrecision(2)}`, rank: 5 },
    { text: `${Math.round(imagesPerSecond)} images/s`, rank: 4 },
    { text: `${duration(secondsLeft)} left` },
  ];
};

/** The report of an epoch. */
export function epochParts(progress: EpochProgress): Part[] {
  const { bold, dim } = colours();
  const { epoch, epochs, trainLoss, trainError, evaluation, emaEvaluation, evaluatedOn } = progress;
  const { seconds, swaps } = progress;
  const loss = `train loss ${trainLoss.toFixed(3)}`;
  return [
    { text: `epoch ${String(epoch + 1).padStart(String(epochs).length)}/${epochs}` },
    { text: `${loss} error ${trainError.toFixed(2)} %`, short: loss, rank: 1 },
    { text: evaluation ? bold(`${evaluatedOn} error ${evaluation.error.toFixed(2)} %`) : '' },
    { text: emaEvaluation ? `ema ${emaEvaluation.error.toFixed(2)} %` : '', rank: 1 },
    { text: dim(`${seconds.toFixed(1)} s`), rank: 3 },
    { text: swaps ? dim(`${swaps} swap${swaps > 1 ? 's' : ''}`) : '', rank: 2 },
  ];
}

/**
 * Shows the progress of a run.
 *
 * @param label - precedes every line, such as the scheme of one of several runs
 * @param stream - default process.stderr
 */
export function progressPrinter(label = '', stream: Terminal = process.stderr): OnProgress {
  const line = progressLine(stream);
  return (progress) => {
    if (progress.kind === 'epoch') {
      say(fitParts([{ text: label }, ...epochParts(progress)], lineWidth(stream)));
      line.postpone();
    } else if (progress.kind === 'step') {
      line.show((width) => {
        const [bar, ...rest] = stepParts(progress);
        // Only a live line has a bar.
        return fitParts([{ text: label }, ...(width === Infinity ? [] : [bar!]), ...rest], width);
      });
    }
  };
}
