/** A run from its configuration to its result: cores, folder, training, the state that others see. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DivergenceError, exitCodes, FileError, MeanfieldError, UsageError, type ExitCode } from '../errors.ts';
import { leaseCores, setThreads } from '../native/index.ts';
import { readConfig, type RunResult, RunWriter } from '../runs/index.ts';
import { checkIdentity, loadCheckpoint } from './checkpoint.ts';
import { configFromRecord, configToRecord, resolveConfig, type TrainConfig } from './config.ts';
import { environment } from './environment.ts';
import type { Evaluation } from './evaluate.ts';
import { createExperiment, type Experiment } from './experiment.ts';
import type { OnProgress } from './progress.ts';
import { type RunOutcome, TrainingRun } from './run.ts';

export interface SessionOptions {
  /** Folder that holds run folders. */
  readonly root?: string;
  /** Name of the run folder; absent: date, model, scheme and seed. */
  readonly name?: string;
  readonly onProgress?: OnProgress;
  /** Told when the run folder exists. */
  readonly onStart?: (dir: string, experiment: Experiment, threads: number) => void;
  /** Told when fewer cores are free than were asked for. */
  readonly onBusy?: (holders: readonly number[], threads: number) => void;
  readonly interrupted?: () => ExitCode | undefined;
}

export interface SessionResult {
  readonly dir: string;
  /** Absent if the run was interrupted. */
  readonly result?: RunResult;
  readonly exitCode: ExitCode;
}

function takeCores(wanted: number | undefined, onBusy: SessionOptions['onBusy']): { threads: number; release: () => void } {
  const lease = leaseCores(wanted);
  const threads = Math.min(wanted ?? Infinity, lease.cores);
  if (lease.holders.length > 0 && threads < (wanted ?? lease.total)) onBusy?.(lease.holders, threads);
  setThreads(threads);
  return { threads, release: () => { lease.release(); } };
}

/** Trains from the beginning in a new run folder. @throws the named errors of configuration, data and training */
export async function startRun(config: TrainConfig, options: SessionOptions = {}): Promise<SessionResult> {
  const { threads, release } = takeCores(config.threads, options.onBusy);
  try {
    const experiment = await createExperiment(config);
    const writer = RunWriter.create(options.root ?? 'runs', {
      model: config.model,
      scheme: schemeName(config),
      seed: config.seed,
      ...(options.name !== undefined && { name: options.name }),
    });
    writer.config(configToRecord(config));
    writer.env(environment(threads));
    options.onStart?.(writer.dir, experiment, threads);
    return await conduct(experiment, writer, options, new TrainingRun(experiment, writer, options));
  } finally {
    release();
  }
}

/** Settings that may differ when a run goes on: they do not change what is computed in exact arithmetic. */
const changeable: ReadonlySet<string> = new Set(['threads', 'dataDir', 'recoveryInterval', 'checkpointEvery']);

/** The saved configuration with the changes that a resumed run may have. @throws UsageError for any other */
function resumedConfig(dir: string, changes: Readonly<Record<string, unknown>>): TrainConfig {
  const saved = resolveConfig(configFromRecord(readConfig(dir)), join(dir, 'config.yaml'));
  for (const [key, value] of Object.entries(changes))
    if (!changeable.has(key) && JSON.stringify(value) !== JSON.stringify(saved[key as keyof TrainConfig]))
      throw new UsageError(`--resume goes on with the run's own settings: ${key} is ${String(saved[key as keyof TrainConfig])} in ${dir} and cannot become ${String(value)}; start a new run for that`);
  return resolveConfig({ ...saved, ...changes }, 'command line');
}

/** Goes on with a run from its last checkpoint, in the same folder, to the same end. */
export async function resumeRun(
  dir: string,
  changes: Readonly<Record<string, unknown>> = {},
  options: SessionOptions = {},
): Promise<SessionResult> {
  if (!existsSync(join(dir, 'config.yaml'))) throw new UsageError(`${dir} is no run folder: it has no config.yaml`);
  const config = resumedConfig(dir, changes);
  const { threads, release } = takeCores(config.threads, options.onBusy);
  try {
    const experiment = await createExperiment(config);
    const folder = join(dir, 'checkpoints', 'last');
    const { learner, generator, identity } = experiment;
    const state = existsSync(folder) || existsSync(join(dir, 'checkpoints'))
      ? loadLast(folder, experiment)
      : undefined;
    if (state) {
      checkIdentity(state, identity, folder);
      const saved = state.generators['weights'];
      if (saved !== undefined) generator.restore(new Uint8Array(Buffer.from(saved, 'base64')));
      learner.settle();
    }
    const writer = RunWriter.resume(dir, { step: state?.step ?? 0, epoch: state?.epoch ?? 0 });
    options.onStart?.(dir, experiment, threads);
    return await conduct(experiment, writer, options, new TrainingRun(experiment, writer, { ...options, ...(state && { state }) }));
  } finally {
    release();
  }
}

function loadLast(folder: string, { learner }: Experiment): ReturnType<typeof loadCheckpoint> | undefined {
  try {
    return loadCheckpoint(folder, learner.model, learner.optimizer);
  } catch (error) {
    // A run killed before its first save starts again; a damaged checkpoint is told.
    if (error instanceof FileError && !existsSync(folder)) return undefined;
    throw error;
  }
}

/** `mean-field`, or `mean-field-no-reorder`: how the run is named. */
export function schemeName({ scheme, reorder }: Pick<TrainConfig, 'scheme' | 'reorder'>): string {
  return reorder ? scheme : `${scheme}-no-reorder`;
}

async function conduct(experiment: Experiment, writer: RunWriter, options: SessionOptions, run: TrainingRun): Promise<SessionResult> {
  writer.status({ state: 'running', totalSteps: run.totalSteps });
  try {
    const outcome = await run.run();
    if (outcome.interrupted !== undefined) {
      writer.status({ state: 'stopped', exitCode: outcome.interrupted });
      return { dir: writer.dir, exitCode: outcome.interrupted };
    }
    const result = resultOf(experiment, outcome);
    writer.result(result);
    writer.status({ state: 'finished', exitCode: exitCodes.done });
    return { dir: writer.dir, result, exitCode: exitCodes.done };
  } catch (error) {
    const state = error instanceof DivergenceError ? 'diverged' : 'failed';
    const exitCode = error instanceof MeanfieldError ? error.exitCode : exitCodes.failed;
    try {
      writer.status({ state, exitCode, message: error instanceof Error ? error.message : String(error) });
    } catch {
      // The disk may be full: the first error is the one to tell.
    }
    throw error;
  } finally {
    writer.close();
    run.dispose();
  }
}

function resultOf({ config, data, learner }: Experiment, { state, evaluation, trainLoss }: RunOutcome): RunResult {
  const { error, loss, top5Error, confusion, perClassError } = evaluation as Evaluation;
  const finalSteps = Object.fromEntries(
    [...learner.model.stages].map(([name, stage]) => {
      const { order, steps, tau, tauEnd } = stage.schedule.snapshot();
      return [name, { order: [...order], steps: [...steps], ...(tau && { tau: [...tau] }), ...(tauEnd && { tauEnd: [...tauEnd] }) }];
    }),
  );
  return {
    testError: error,
    testLoss: loss,
    top5Error,
    epochs: config.epochs,
    steps: state.step,
    seconds: state.seconds,
    secondsPerEpoch: [...state.secondsPerEpoch],
    swaps: state.swaps,
    finalSteps,
    confusion: confusion.map((row) => [...row]),
    perClassError: [...perClassError],
    classes: [...data.train.classes],
    ...(trainLoss !== undefined && { trainLoss }),
    parameters: learner.model.parameterCount,
    model: config.model,
    scheme: schemeName(config),
    seed: config.seed,
    dataset: config.dataset,
  };
}
