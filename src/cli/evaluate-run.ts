/** Runs `meanfield evaluate`. */
import { corruptionOf, npyTestFiles } from '../data/index.ts';
import { UsageError } from '../errors.ts';
import { openWeightFile, statOf } from '../io/index.ts';
import { runFolderOf } from '../runs/index.ts';
import {
  BatchTensors,
  createTestExperiment,
  type Evaluation,
  evaluateParts,
  flagOf,
  type ImportedWeights,
  mergeEvaluations,
  type Learner,
  loadTestImages,
  loadTrained,
  recordedImages,
  resolveConfig,
  startFromWeights,
  type TestImages,
  type TrainConfig,
  type TrainOptions,
} from '../train/index.ts';
import type { Tensor } from '../tensor/index.ts';
import { withThreads } from './cores.ts';
import { say } from './output.ts';
import { textTable } from './text-table.ts';

/** Options that describe the net and the data of a weight file; a run folder has its own. */
const fileFlags = [
  'model',
  'width',
  'shortcut',
  'scheme',
  'dataset',
  'mean',
  'std',
  'keyStyle',
  'stateDict',
  'dtype',
] as const;

export interface EvaluateFlags extends Pick<TrainOptions, (typeof fileFlags)[number]> {
  checkpoint?: string;
  ema?: boolean;
  dataDir?: string;
  threads?: number;
  json?: boolean;
}

interface EvaluationOutcome {
  readonly run: string;
  /** The checkpoint folder, or the weight file. */
  readonly checkpoint: string;
  /** Number of updates; absent for a file. */
  readonly step?: number;
  /** Whether the averaged weights were tested; absent for a file. */
  readonly ema?: boolean;
  /** For a file: its format and key style. */
  readonly format?: string;
  readonly keyStyle?: string;
  /** For a checkpoint: the keys that lead to the weights, and to unused averaged weights. */
  readonly stateDict?: string;
  readonly averages?: readonly string[];
  readonly testError: number;
  readonly testLoss: number;
  /** Absent for fewer than 6 classes. */
  readonly top5Error?: number;
  readonly images: number;
  readonly classes: readonly string[];
  /** Null for a class without test images. */
  readonly perClassError: readonly (number | null)[];
  readonly confusion: readonly (readonly number[])[];
  /** For npy: each file of a folder; for CIFAR-10-C also a single file. */
  readonly files?: readonly TestedFile[];
  /** Mean error over the files, in percent: for CIFAR-10-C over the corruptions, not normalized by a baseline net. */
  readonly meanCorruptionError?: number;
}

interface TestedFile {
  readonly name: string;
  readonly testError: number;
  /** Per severity, from the lowest; absent for a file that is not a corruption. */
  readonly severityErrors?: readonly number[];
}

/** @throws UsageError if the data set does not fit the net, or flags do not fit the tested object */
export async function evaluateRunOrFile(path: string, flags: EvaluateFlags): Promise<EvaluationOutcome> {
  const found = statOf(path);
  if (!found) throw new UsageError(`${path} does not exist: give a run folder or a weight file`);
  const isFile = found.isFile();
  const given = fileFlags.find((key) => key !== 'dataset' && flags[key] !== undefined);
  if (!isFile && given !== undefined)
    throw new UsageError(`--${flagOf(given)} applies to a weight file; ${path} is a folder`);
  if (isFile && flags.checkpoint !== undefined)
    throw new UsageError(`--checkpoint applies to a run folder; ${path} is a weight file`);
  if (isFile && flags.ema)
    throw new UsageError(
      `--ema applies to a run folder; ${path} is a weight file: --state-dict chooses among its sets of weights`,
    );
  return withThreads('evaluate', flags.threads, () =>
    isFile ? evaluateFile(path, flags) : evaluateRun(path, flags),
  );
}

async function evaluateRun(run: string, flags: EvaluateFlags): Promise<EvaluationOutcome> {
  const trained = loadTrained(run, flags.checkpoint, { ema: flags.ema });
  const { config, state, learner, folder } = trained;
  const measured = await measurePlaces(flags, async (dataDir) => {
    const data = await loadTestImages(run, trained, { dataset: flags.dataset, dataDir });
    return { learner, data, config };
  });
  return { run, checkpoint: folder, step: state.step, ema: trained.ema, ...measured };
}

async function evaluateFile(path: string, flags: EvaluateFlags): Promise<EvaluationOutcome> {
  if (flags.model === undefined || flags.dataset === undefined) {
    const run = runFolderOf(path);
    if (run !== undefined)
      throw new UsageError(
        `${path} is inside the run folder ${run}: evaluate that folder, with --checkpoint for a checkpoint other than the last; for the file alone, add --model and --dataset`,
      );
    // A file of another kind is named as such.
    (await openWeightFile(path, { stateDict: flags.stateDict })).close();
    throw new UsageError(
      `${path} is a weight file: name its net and its data, such as --model resnet20 --dataset cifar10 --data-dir DIR`,
    );
  }
  const ofFile = Object.fromEntries(fileFlags.map((key) => [key, flags[key]]));
  const recorded = await recordedImages(path, flags.stateDict);
  let weights: ImportedWeights | undefined;
  const measured = await measurePlaces(flags, async (dataDir) => {
    const resolved = resolveConfig(
      { scheme: 'vanilla', ...defined(ofFile), dataDir, initialCheckpoint: path, batchSize: 1 },
      'command line',
    );
    // Nothing is saved: errors show the paths as given.
    const config = { ...resolved, initialCheckpoint: path, ...(dataDir !== undefined && { dataDir }) };
    const experiment = await createTestExperiment(config, recorded);
    weights = await startFromWeights(experiment);
    return experiment;
  });
  const { format, style: keyStyle, stateDict, averages } = weights!;
  return { run: path, checkpoint: path, format, keyStyle, stateDict, averages, ...measured };
}

const defined = (options: TrainOptions): TrainOptions =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));

interface Tested {
  readonly learner: Learner;
  readonly data: TestImages;
  readonly config: TrainConfig;
}

/** Tests on each file that a data path stands for. @param load - reads one */
async function measurePlaces(
  { dataset, dataDir }: EvaluateFlags,
  load: (dataDir: string | undefined) => Promise<Tested>,
): Promise<Omit<EvaluationOutcome, 'run' | 'checkpoint'>> {
  const places = dataset === 'npy' && dataDir !== undefined ? npyTestFiles(dataDir) : [dataDir];
  const [files, evaluations]: [TestedFile[], Evaluation[]] = [[], []];
  const notes = new Set<string>();
  let classes: readonly string[] = [];
  for (const place of places) {
    const { learner, data, config } = await load(place);
    for (const note of data.notes ?? []) if (!notes.has(note)) say(`note: ${note}`);
    for (const note of data.notes ?? []) notes.add(note);
    const tensors = new BatchTensors(data.test, data, config.dtype, config.device);
    const forward = (images: Tensor): Tensor => learner.forward(images, false);
    const parts = evaluateParts(forward, data.test, tensors, data.severities ?? 1);
    tensors.dispose();
    evaluations.push(...parts);
    files.push({
      name: corruptionOf(place ?? ''),
      testError: mergeEvaluations(parts).error,
      ...(data.severities !== undefined && { severityErrors: parts.map(({ error }) => error) }),
    });
    ({ classes } = data.test);
  }
  const whole = mergeEvaluations(evaluations);
  const isCorrupted = files.every(({ severityErrors }) => severityErrors !== undefined);
  return {
    testError: whole.error,
    testLoss: whole.loss,
    ...(whole.top5Error !== undefined && { top5Error: whole.top5Error }),
    images: whole.count,
    classes,
    perClassError: whole.perClassError,
    confusion: whole.confusion,
    ...((files.length > 1 || isCorrupted) && { files }),
    ...(isCorrupted && {
      meanCorruptionError: files.reduce((sum, { testError }) => sum + testError, 0) / files.length,
    }),
  };
}

/** For CIFAR-10-C: a row per corruption, with its error at each severity. */
function filesText({ files, meanCorruptionError }: EvaluationOutcome): string {
  if (!files) return '';
  const count = Math.max(...files.map(({ severityErrors = [] }) => severityErrors.length));
  const severities = Array.from({ length: count }, (_, i) => i);
  const table = textTable(
    [
      meanCorruptionError === undefined ? 'file' : 'corruption',
      'error %',
      ...severities.map((i) => `severity ${i + 1}`),
    ],
    files.map(({ name, testError, severityErrors }) => [
      name,
      testError.toFixed(2),
      ...severities.map((i) => severityErrors?.[i]?.toFixed(2) ?? ''),
    ]),
  );
  const mean =
    meanCorruptionError === undefined || files.length === 1
      ? ''
      : `mean corruption error ${meanCorruptionError.toFixed(2)} %, not normalized by a baseline net\n`;
  return `\n${table}\n${mean}`;
}

function weightsText({
  format = '',
  keyStyle = '',
  stateDict = '',
  averages = [],
}: EvaluationOutcome): string {
  const from = stateDict === '' ? [] : [`from ${stateDict}`];
  const others = averages.length > 0 ? [`averaged weights with --state-dict ${averages.join(', ')}`] : [];
  return [format, `${keyStyle} names`, ...from, ...others].join(', ');
}

export function evaluationText(outcome: EvaluationOutcome): string {
  const { testError, testLoss, top5Error, images, classes, perClassError, confusion, checkpoint } = outcome;
  const origin =
    outcome.step === undefined
      ? `weights of ${checkpoint} (${weightsText(outcome)})`
      : `checkpoint ${checkpoint} at step ${outcome.step}${outcome.ema ? ', averaged weights' : ''}`;
  const mistaken = (c: number): string => {
    const row = confusion[c] ?? [];
    const [worst] = row
      .map((count, other) => ({ count, other }))
      .filter(({ other }) => other !== c)
      .sort((a, b) => b.count - a.count);
    return worst && worst.count > 0 ? `${classes[worst.other] ?? ''} (${worst.count})` : '';
  };
  const table = textTable(
    ['class', 'error %', 'most often confused with'],
    classes.map((name, c) => [name, perClassError[c]?.toFixed(2) ?? 'no images', mistaken(c)]),
  );
  return (
    `test error ${testError.toFixed(2)} %${top5Error === undefined ? '' : `  (top-5 ${top5Error.toFixed(2)} %)`}  loss ${testLoss.toFixed(4)}  ${images} images\n` +
    `${origin}\n${filesText(outcome)}\n${table}\n`
  );
}
