/** Facts about a trained net that exported files carry, as text. */
import { basename, resolve } from 'node:path';
import { readRun, type ResultNumbers } from '../runs/index.ts';
import { schemeName, type Trained } from '../train/index.ts';

/** The net, its images and its classes. */
export function netFacts({ config, state }: Trained): Record<string, string> {
  return {
    model: config.model,
    width: String(config.width),
    ...(config.shortcut !== undefined && { shortcut: config.shortcut }),
    scheme: schemeName(config),
    mean: JSON.stringify(state.images.mean),
    std: JSON.stringify(state.images.std),
    'image-size': JSON.stringify([state.images.height, state.images.width]),
    classes: JSON.stringify(state.images.classes),
  };
}

/** Order, step sizes and positions of each stage, such as `layer1.steps`. */
export function depthFacts({ learner }: Trained): Record<string, string> {
  return Object.fromEntries(
    [...learner.model.stages].flatMap(([stage, { schedule }]) =>
      Object.entries(schedule.snapshot()).map(([key, values]) => [`${stage}.${key}`, JSON.stringify(values)]),
    ),
  );
}

type Result = Pick<ResultNumbers, 'testError' | 'testLoss' | 'epochs' | 'swaps'>;

/** The result of the run, if it belongs to these weights: those at the end of a finished run. */
export function resultOf(run: string, { state, ema }: Trained): Result | undefined {
  const result = readRun(run).resultNumbers();
  if (result?.steps !== state.step) return undefined;
  if (!ema) return result;
  const { emaTestError: testError, emaTestLoss: testLoss } = result;
  return testError === undefined || testLoss === undefined ? undefined : { ...result, testError, testLoss };
}

/** The run's name, data, seed and test error in percent. */
export function runFacts(run: string, trained: Trained): Record<string, string> {
  const { config, state, ema } = trained;
  const result = resultOf(run, trained);
  return {
    run: basename(resolve(run)),
    dataset: config.dataset,
    seed: String(config.seed),
    step: String(state.step),
    ...(ema && { weights: `averages with decay ${config.ema}` }),
    ...(result && { 'test-error': String(result.testError) }),
  };
}
