/** Runs `meanfield predict`. */
import { decodeImage, listImages } from '../data/index.ts';
import { UsageError } from '../errors.ts';
import { leaseCores, setThreads } from '../native/index.ts';
import { loadTrained, predict, type Prediction } from '../train/index.ts';

export interface PredictFlags {
  checkpoint: string;
  top: number;
  threads?: number;
  json?: boolean;
}

/** @throws UsageError if no image is found */
export async function predictImages(
  run: string,
  paths: readonly string[],
  flags: PredictFlags,
): Promise<Prediction[]> {
  const lease = leaseCores(flags.threads);
  setThreads(flags.threads ?? lease.cores);
  try {
    const files = listImages(paths);
    if (files.length === 0) throw new UsageError(`no PNG, JPEG or WebP files in ${paths.join(', ')}`);
    const trained = loadTrained(run, flags.checkpoint);
    const predictions: Prediction[] = [];
    for (const file of files)
      predictions.push(predict(trained, file, await decodeImage(file, trained.state.images), flags.top));
    return predictions;
  } finally {
    lease.release();
  }
}

export function predictionText(predictions: readonly Prediction[]): string {
  return predictions
    .map(
      ({ name, classes }) =>
        `${name}: ${classes.map((one) => `${one.name} ${(100 * one.probability).toFixed(1)} %`).join(', ')}\n`,
    )
    .join('');
}
