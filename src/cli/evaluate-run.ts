/** Runs `meanfield evaluate`. */
import { loadImages } from '../data/index.ts';
import { UsageError } from '../errors.ts';
import { leaseCores, setThreads } from '../native/index.ts';
import { BatchTensors, evaluate, type Evaluation, loadTrained } from '../train/index.ts';
import { textTable } from './output.ts';

export interface EvaluateFlags {
  checkpoint: string;
  dataDir?: string;
  threads?: number;
  json?: boolean;
}

export interface EvaluationOutcome {
  readonly run: string;
  readonly checkpoint: string;
  readonly step: number;
  readonly testError: number;
  readonly testLoss: number;
  readonly top5Error: number;
  readonly images: number;
  readonly classes: readonly string[];
  readonly perClassError: readonly number[];
  readonly confusion: readonly (readonly number[])[];
}

/** @throws UsageError if the run's data set does not fit its net */
export async function evaluateRun(run: string, flags: EvaluateFlags): Promise<EvaluationOutcome> {
  const lease = leaseCores(flags.threads);
  setThreads(flags.threads ?? lease.cores);
  try {
    const { config, state, learner, folder } = loadTrained(run, flags.checkpoint);
    const dataDir = flags.dataDir ?? config.dataDir;
    const data = await loadImages(config.dataset, {
      ...(dataDir !== undefined && { dataDir }),
      ...(config.imageSize !== undefined && { imageSize: config.imageSize }),
      seed: config.seed,
    });
    const { channels, classes } = state.images;
    if (data.test.channels !== channels || data.test.classes.length !== classes.length)
      throw new UsageError(
        `${config.dataset} has ${data.test.channels} channels and ${data.test.classes.length} classes, the net of ${run} ${channels} and ${classes.length}`,
      );
    const tensors = new BatchTensors(data.test, data, config.dtype, config.device);
    const result: Evaluation = evaluate((images) => learner.forward(images, false), data.test, tensors);
    return {
      run,
      checkpoint: folder,
      step: state.step,
      testError: result.error,
      testLoss: result.loss,
      top5Error: result.top5Error,
      images: result.count,
      classes: data.test.classes,
      perClassError: result.perClassError,
      confusion: result.confusion,
    };
  } finally {
    lease.release();
  }
}

export function evaluationText(outcome: EvaluationOutcome): string {
  const { testError, testLoss, top5Error, images, classes, perClassError, confusion, checkpoint, step } =
    outcome;
  const mistaken = (c: number): string => {
    const row = confusion[c] ?? [];
    const [worst] = row
      .map((count, other) => ({ count, other }))
      .filter(({ other }) => other !== c)
      .sort((a, b) => b.count - a.count);
    return worst && worst.count > 0 ? `${classes[worst.other] ?? ''} (${worst.count})` : '';
  };
  const table = textTable(
    ['class', 'error %', 'most often taken for'],
    classes.map((name, c) => [name, (perClassError[c] ?? 0).toFixed(2), mistaken(c)]),
  );
  return (
    `test error ${testError.toFixed(2)} %  (top-5 ${top5Error.toFixed(2)} %)  loss ${testLoss.toFixed(4)}  ${images} images\n` +
    `checkpoint ${checkpoint} at step ${step}\n\n${table}\n`
  );
}
