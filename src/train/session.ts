/** A run from configuration to result: cores, folder, training, published status. */
import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { checkObject } from '../check.ts';
import { DivergenceError, exitCodes, MeanfieldError, UsageError, type ExitCode } from '../errors.ts';
import { setThreads } from '../native/index.ts';
import {
  type Claim,
  type CoreLease,
  holderOf,
  holderText,
  leaseCores,
  type OnBusy,
  takeClaim,
  threadsOfEnvironment,
} from '../processes/index.ts';
import {
  checkRunName,
  currentStatus,
  type EvaluationSet,
  isProcessAlive,
  readRun,
  notRunFolder,
  type RunResult,
  runFiles,
  RunWriter,
  runName,
  stoppedEarlyText,
} from '../runs/index.ts';
import { checkPath, type PathLike, recoverFolder } from '../io/index.ts';
import { blockCopy, loadBlockFile } from './block-file.ts';
import { checkIdentity, loadCheckpoint, readCheckpointState, type CheckpointState } from './checkpoint.ts';
import { changedConfig, configToRecord, readSavedConfig } from './config.ts';
import { checkDataIdentity } from './data-identity.ts';
import { environment } from './environment.ts';
import { createExperiment, type Experiment, startFromWeights } from './experiment.ts';
import { interruptCodes } from './interrupt.ts';
import type { OnProgress } from './progress.ts';
import { type RunOutcome, TrainingRun } from './run.ts';
import { checkConfig, type TrainConfig } from './settings/table.ts';

export interface SessionOptions {
  /** The folder of run folders. */
  readonly root?: string;
  /** Name of the run folder; default: date, model, scheme and seed. */
  readonly name?: string;
  readonly onProgress?: OnProgress;
  /** Called when the run folder exists. */
  readonly onStart?: (dir: string, experiment: Experiment, threads: number) => void;
  /** Called when fewer cores are free than requested. */
  readonly onBusy?: OnBusy;
  readonly interrupted?: () => ExitCode | undefined;
  /**
   * Called before the run folder is created and before every lasting change of it, for callers that may have to stop
   * writing.
   */
  readonly beforeWriting?: () => void;
}

export interface SessionResult {
  readonly dir: string;
  /** Absent if the run was interrupted. */
  readonly result?: RunResult;
  readonly exitCode: ExitCode;
}

function takeCores(wanted: number | undefined, onBusy: OnBusy | undefined): CoreLease {
  const lease = leaseCores(wanted ?? threadsOfEnvironment(), onBusy);
  setThreads(lease.cores);
  return lease;
}

/** Trains a new run in a new run folder. @throws the named errors of configuration, data and training */
export async function startRun(config: TrainConfig, options: SessionOptions = {}): Promise<SessionResult> {
  checkConfig(config);
  // Check before reading the data, which may take minutes.
  if (options.name !== undefined) checkRunName(options.name);
  const { cores: threads, release } = takeCores(config.threads, options.onBusy);
  try {
    const experiment = await createExperiment(config);
    await startFromWeights(experiment);
    const { model, seed } = config;
    options.beforeWriting?.();
    const name = options.name ?? runName({ model, scheme: schemeName(config), seed }, new Date());
    const writer = RunWriter.create(options.root ?? 'runs', name);
    writer.config(configToRecord(config));
    const evaluatedOn: EvaluationSet = experiment.data.validation ? 'validation' : 'test';
    const block = config.block === undefined ? undefined : loadBlockFile(config.block);
    if (block) writer.block(blockCopy(block.block.name), block.source);
    writer.environment({ ...environment(threads), evaluatedOn, ...(block && { block: block.sha256 }) });
    options.onStart?.(writer.dir, experiment, threads);
    return await trainAndRecord(experiment, writer, new TrainingRun(experiment, writer, options), options);
  } finally {
    release();
  }
}

/** Settings that may change on resume: they do not change the result in exact arithmetic. */
export const changeableSettings: ReadonlySet<string> = new Set([
  'threads',
  'dataDir',
  'recoveryInterval',
  'checkpointEvery',
]);

/** A resumed run may also end at another epoch. */
const resumableSettings: ReadonlySet<string> = new Set([
  ...changeableSettings,
  ...['epochs', 'patience', 'minDelta'],
]);

/**
 * Claims the run for this process, so that only one process writes it.
 *
 * @throws UsageError if another process trains or resumes it
 */
function takeRun(dir: string): Claim {
  const beingTrained = (who: string): UsageError =>
    new UsageError(`${dir} is being trained by ${who}: stop it first, or wait until it ends`);
  const mine = takeClaim(dir, 'resume');
  if (!mine) {
    const holder = holderOf(dir, 'resume');
    throw beingTrained(holder ? holderText(holder) : 'another process');
  }
  const run = readRun(dir);
  const status = run.status();
  if (!status || currentStatus(status, () => run.status(), Date.now(), isProcessAlive).state !== 'running')
    return mine;
  mine.release();
  throw beingTrained(
    `process ${status.pid}${status.host === hostname() ? '' : ` of ${status.host}, which was active within the last minute`}`,
  );
}

/**
 * Resumes a run from its last checkpoint, in the same folder, to the same end, or with other `epochs` to another one:
 * from the step reached, the learning rate follows the schedule of the new number of epochs.
 *
 * @throws UsageError if there is no run, a changed setting is fixed, more epochs are finished than requested, or
 * another process trains it
 */
export async function resumeRun(
  place: PathLike,
  changes: Readonly<Record<string, unknown>> = {},
  options: SessionOptions = {},
): Promise<SessionResult> {
  const dir = checkPath('the run folder', place);
  checkObject('settings', 'changes', changes);
  const problem = notRunFolder(dir);
  if (problem !== undefined) throw new UsageError(problem);
  const saved = readSavedConfig(dir);
  const config = changedConfig(saved, changes, resumableSettings, dir);
  const taken = takeRun(dir);
  try {
    return await resumeTaken(dir, config, taken, {
      ...options,
      // Save the new location of the data for the next resume.
      changed: JSON.stringify(configToRecord(config)) !== JSON.stringify(configToRecord(saved)),
      otherEnd: config.epochs !== saved.epochs,
    });
  } finally {
    taken.release();
  }
}

/** @param taken - released once the run's status names this process */
async function resumeTaken(
  dir: string,
  config: TrainConfig,
  taken: Claim,
  options: SessionOptions & { readonly changed: boolean; readonly otherEnd: boolean },
): Promise<SessionResult> {
  const { cores: threads, release } = takeCores(config.threads, options.onBusy);
  try {
    const last = join(dir, runFiles.checkpoints, 'last');
    recoverFolder(last);
    // A run killed before its first save starts again.
    const saved = existsSync(last) ? readCheckpointState(last) : undefined;
    if (saved) checkEpochs(config, saved, dir);
    const experiment = await createExperiment(config, (data) => {
      if (saved) checkDataIdentity(saved, data, dir);
    });
    options.beforeWriting?.();
    const state = saved && restoreLast(last, saved, experiment);
    if (!state) await startFromWeights(experiment);
    const writer = RunWriter.resume(dir, state?.step ?? 0, state?.epoch ?? 0);
    const conditions = environment(threads);
    writer.continued(
      options.otherEnd ? { ...conditions, epochs: config.epochs } : conditions,
      state?.step ?? 0,
    );
    taken.release();
    if (options.changed) writer.config(configToRecord(config));
    options.onStart?.(dir, experiment, threads);
    return await trainAndRecord(
      experiment,
      writer,
      new TrainingRun(experiment, writer, { ...options, ...(state && { state }) }),
      options,
    );
  } finally {
    release();
  }
}

/** @throws UsageError for fewer epochs than are begun */
function checkEpochs({ epochs }: TrainConfig, { epoch, batch }: CheckpointState, dir: string): void {
  const begun = batch > 0 ? epoch + 1 : epoch;
  if (epochs < begun)
    throw new UsageError(
      `--epochs ${epochs}: ${dir} has ${batch > 0 ? 'begun' : 'finished'} epoch ${begun}; give at least that`,
    );
}

/** Loads the last checkpoint into the experiment. @throws UsageError if another model made it */
function restoreLast(
  folder: string,
  saved: CheckpointState,
  { learner, generator, identity, average }: Experiment,
): CheckpointState {
  checkIdentity(saved, identity, folder);
  const state = loadCheckpoint(folder, learner.model, learner.optimizer, average?.net);
  const drawn = state.generators.weights;
  if (drawn !== undefined) generator.restore(new Uint8Array(Buffer.from(drawn, 'base64')));
  return state;
}

/** `mean-field` or `mean-field-no-reorder`: the scheme part of the run's name. */
export function schemeName(config: Pick<TrainConfig, 'scheme' | 'reorder'>): string {
  checkObject('a configuration, as resolveConfig makes it,', 'config', config, 'scheme');
  const { scheme, reorder } = config;
  return reorder ? scheme : `${scheme}-no-reorder`;
}

async function trainAndRecord(
  experiment: Experiment,
  writer: RunWriter,
  run: TrainingRun,
  { beforeWriting }: SessionOptions,
): Promise<SessionResult> {
  const { dir } = writer;
  const record = recordExit(writer);
  try {
    const outcome = await run.run();
    if (outcome.interrupted !== undefined) {
      writer.finish('stopped', { exitCode: outcome.interrupted });
      return { dir, exitCode: outcome.interrupted };
    }
    const result = resultOf(experiment, outcome);
    beforeWriting?.();
    if (outcome.samples) writer.samples(outcome.samples);
    writer.result(result);
    const message = stoppedEarlyText(result);
    writer.finish('finished', { exitCode: exitCodes.done, ...(message !== undefined && { message }) });
    return { dir, result, exitCode: exitCodes.done };
  } catch (error) {
    finishBroken(writer, error);
    throw error;
  } finally {
    record.release();
    run.dispose();
  }
}

/**
 * Records that a second signal, or another handler of one, ends the process at once. Other exits are left alone: a
 * process that another has replaced must not write.
 */
function recordExit(writer: RunWriter): { release(): void } {
  const signalled: ReadonlySet<number> = new Set(Object.values(interruptCodes));
  const onExit = (exitCode: number): void => {
    if (!signalled.has(exitCode)) return;
    try {
      writer.finish('stopped', { exitCode });
    } catch {
      // A full disk: readers see that the process is gone.
    }
  };
  process.on('exit', onExit);
  return {
    release: () => {
      process.off('exit', onExit);
    },
  };
}

function finishBroken(writer: RunWriter, error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  const exitCode = error instanceof MeanfieldError ? error.exitCode : exitCodes.failed;
  try {
    writer.finish(error instanceof DivergenceError ? 'diverged' : 'failed', { exitCode, message });
  } catch {
    // The disk may be full: report the first error, not this one.
  }
}

function resultOf(
  { config, data, learner }: Experiment,
  { state, evaluation, emaEvaluation: ema, stoppedEarly, validation }: RunOutcome,
): RunResult {
  const { error, loss, top5Error, confusion, perClassError } = evaluation!;
  const finalSteps = Object.fromEntries(
    [...learner.model.stages].map(([name, stage]) => {
      const { order, steps, tau, tauEnd } = stage.schedule.snapshot();
      return [
        name,
        {
          order: [...order],
          steps: [...steps],
          tau: [...(tau ?? [])],
          ...(tauEnd && { tauEnd: [...tauEnd] }),
        },
      ];
    }),
  );
  return {
    testError: error,
    testLoss: loss,
    ...(top5Error !== undefined && { top5Error }),
    ...(validation && { validationError: validation.error }),
    ...(ema && { emaTestError: ema.error, emaTestLoss: ema.loss }),
    epochs: state.epoch,
    ...(stoppedEarly && { stoppedEarly }),
    steps: state.step,
    seconds: state.seconds,
    secondsPerEpoch: [...state.secondsPerEpoch],
    swaps: state.swaps,
    finalSteps,
    confusion: confusion.map((row) => [...row]),
    perClassError: [...perClassError],
    classes: [...data.train.classes],
    trainLoss: state.trainLoss ?? Number.NaN,
    parameters: learner.model.parameterCount,
    model: config.model,
    scheme: schemeName(config),
    seed: config.seed,
    dataset: config.dataset,
  };
}
