/** Runs `meanfield predict`. */
import { oneLine } from '../check.ts';
import { decodeImage, type FilePath, listImages, displayPath } from '../data/index.ts';
import { MeanfieldError, UsageError } from '../errors.ts';
import { loadTrained, predict, type Prediction } from '../train/index.ts';
import { withThreads } from './cores.ts';
import { say } from './output.ts';

export interface PredictFlags {
  checkpoint: string;
  ema?: boolean;
  top: number;
  threads?: number;
  json?: boolean;
}

interface PredictionOutcome {
  readonly predictions: readonly Prediction[];
  /** Files that are not images, and missing paths. */
  readonly failed: readonly { readonly name: string; readonly error: string }[];
}

/**
 * Classifies the readable images; others are reported on stderr and counted as failed.
 *
 * @throws UsageError if there is no image under the paths
 */
export async function predictImages(
  run: string,
  paths: readonly string[],
  flags: PredictFlags,
): Promise<PredictionOutcome> {
  return withThreads('predict', flags.threads, async () => {
    const trained = loadTrained(run, flags.checkpoint, { ema: flags.ema });
    const predictions: Prediction[] = [];
    const failed: { name: string; error: string }[] = [];
    const fail = (name: string, error: unknown): void => {
      if (!(error instanceof MeanfieldError)) throw error;
      say(`meanfield: ${error.message}`);
      failed.push({ name, error: error.message });
    };
    for (const file of await findImages(paths, fail))
      try {
        const bytes = await decodeImage(file, trained.state.images);
        predictions.push(predict(trained, displayPath(file), bytes, flags.top));
      } catch (error) {
        fail(displayPath(file), error);
      }
    return { predictions, failed };
  });
}

async function findImages(
  paths: readonly string[],
  fail: (name: string, error: unknown) => void,
): Promise<FilePath[]> {
  const found: FilePath[] = [];
  let there = 0;
  for (const path of paths)
    try {
      const { files, skipped } = await listImages([path]);
      there++;
      found.push(...files);
      for (const line of skipped.lines()) say(`${oneLine(path)}: ${line}`);
    } catch (error) {
      fail(oneLine(path), error);
    }
  if (there > 0 && found.length === 0)
    throw new UsageError(`no image files in ${paths.map(oneLine).join(', ')}`);
  return found;
}

export function predictionText(predictions: readonly Prediction[]): string {
  return predictions
    .map(
      ({ name, classes }) =>
        `${name}: ${classes.map((one) => `${oneLine(one.name)} ${(100 * one.probability).toFixed(1)} %`).join(', ')}\n`,
    )
    .join('');
}
