/**
 * A training run: epochs over the data, a record of every step, checkpoints. The same configuration and seed give the
 * same run, even if it is killed and resumed in mid-epoch.
 */
import { join } from 'node:path';
import type { ImageSet } from '../data/index.ts';
import { DivergenceError, type ExitCode } from '../errors.ts';
import type { CifarResNet } from '../models/index.ts';
import { learningRate, type LrOptions, checkLrOptions } from '../optim/index.ts';
import type { RunResult, RunWriter, StageRecord, TestSamples } from '../runs/index.ts';
import { type Tensor } from '../tensor/index.ts';
import { afterEvaluation, isExhausted } from './early-stopping.ts';
import { type CheckpointState, saveCheckpoint } from './checkpoint.ts';
import { Stopwatch, yieldToEventLoop } from './clock.ts';
import { type Evaluation, evaluate } from './evaluate.ts';
import type { Experiment } from './experiment.ts';
import type { StepOutcome } from './learner.ts';
import type { OnProgress } from './progress.ts';
import { type Guesses, SampleChooser } from './samples.ts';
import { TrainingBatches } from './training-batches.ts';

interface RunOptions {
  /** The checkpoint to resume from; absent: start from the beginning. */
  readonly state?: CheckpointState;
  readonly onProgress?: OnProgress;
  /** Polled after every step: an exit code saves and ends the run. */
  readonly interrupted?: () => ExitCode | undefined;
  /**
   * Called before every lasting write to the run folder (an epoch, a checkpoint, a result); it prevents the change
   * by throwing or exiting.
   */
  readonly beforeWriting?: () => void;
}

export interface RunOutcome {
  readonly state: CheckpointState;
  /** Evaluation of the test set after the last epoch; absent if the run was interrupted. */
  readonly evaluation?: Evaluation;
  /** The same with the averaged weights. */
  readonly emaEvaluation?: Evaluation;
  readonly stoppedEarly?: RunResult['stoppedEarly'];
  /** Evaluation of the held-out images after the last epoch. */
  readonly validation?: Evaluation;
  readonly interrupted?: ExitCode;
  /** Test images with the net's predictions; absent if the run was interrupted. */
  readonly samples?: TestSamples;
}

/** Of the net, and of its averaged weights. */
interface Evaluations {
  readonly own: Evaluation;
  readonly ema?: Evaluation;
}

const noRunning: CheckpointState['running'] = { loss: 0, wrong: 0, images: 0, seconds: 0, swaps: 0 };

/** The cross-entropy of a random guess is log C; a loss 100 times that means divergence. */
const divergenceFactor = 100;

export class TrainingRun {
  readonly #experiment: Experiment;
  readonly #writer: RunWriter;
  readonly #batches: TrainingBatches;
  readonly #lr: LrOptions;
  readonly #options: RunOptions;
  readonly #watch: Stopwatch;
  #state: CheckpointState;
  #chooser: SampleChooser | undefined;

  constructor(experiment: Experiment, writer: RunWriter, options: RunOptions = {}) {
    const { config, data, dataIdentity, identity } = experiment;
    this.#experiment = experiment;
    this.#writer = writer;
    this.#options = options;
    this.#batches = new TrainingBatches(config, data);
    const { stepsPerEpoch } = this.#batches;
    this.#lr = { ...config, totalSteps: config.epochs * stepsPerEpoch, stepsPerEpoch };
    checkLrOptions(this.#lr);
    this.#state = {
      version: 1,
      step: 0,
      epoch: 0,
      batch: 0,
      running: noRunning,
      trainLoss: null,
      bestError: null,
      secondsPerEpoch: [],
      seconds: 0,
      swaps: 0,
      optimizerUpdates: 0,
      generators: {},
      images: imagesOf(data),
      identity,
      ...options.state,
      data: dataIdentity,
    };
    this.#watch = new Stopwatch(this.#state.seconds);
    if (!options.state) experiment.average?.startAt(experiment.learner.model);
  }

  get totalSteps(): number {
    return this.#lr.totalSteps;
  }

  /**
   * Trains to the end, or until interrupted.
   *
   * @throws DivergenceError if the loss or a weight is not finite, or the loss exceeds {@link divergenceFactor} log
   * C; the last checkpoint stays the last good one
   */
  async run(): Promise<RunOutcome> {
    const { config } = this.#experiment;
    const { test, validation } = this.#experiment.data;
    let evaluation: Evaluations | undefined;
    while (this.#state.epoch < config.epochs && !this.#isExhausted()) {
      const interrupted = await this.#finishEpoch();
      if (interrupted !== undefined) {
        this.#save('last');
        return { state: this.#state, interrupted };
      }
      evaluation = this.#endEpoch();
    }
    // A run that was complete when resumed trains nothing but still reports its result.
    evaluation ??= this.#evaluate(validation ?? test);
    const onTest = validation ? this.#evaluate(test) : evaluation;
    const samples = this.#chooser?.choose();
    const stoppedEarly = this.#stoppedEarly();
    return {
      state: this.#state,
      evaluation: onTest.own,
      ...(onTest.ema && { emaEvaluation: onTest.ema }),
      ...(validation && { validation: evaluation.own }),
      ...(stoppedEarly && { stoppedEarly }),
      ...(samples && { samples }),
    };
  }

  #isExhausted(): boolean {
    return isExhausted(this.#state.patience, this.#experiment.config.patience);
  }

  #stoppedEarly(): RunResult['stoppedEarly'] {
    const { config, data } = this.#experiment;
    const { patience, epoch } = this.#state;
    if (!patience || !this.#isExhausted() || epoch >= config.epochs) return undefined;
    return {
      plannedEpochs: config.epochs,
      monitored: data.validation ? 'validation' : 'test',
      threshold: patience.best - config.minDelta,
      evaluations: patience.waited,
    };
  }

  /** Runs the remaining steps of the epoch. */
  async #finishEpoch(): Promise<ExitCode | undefined> {
    const { config, learner, average } = this.#experiment;
    const { stepsPerEpoch } = this.#batches;
    while (this.#state.batch < stepsPerEpoch) {
      const started = performance.now();
      const { batches, images } = this.#batches.ofStep(this.#state.epoch, this.#state.batch);
      const lr = learningRate(this.#lr, this.#state.step);
      const outcome = learner.stepOver(batches, lr);
      average?.follow(learner.model);
      this.#record(outcome, lr, images, (performance.now() - started) / 1000);
      const due = config.recoveryInterval > 0 && this.#state.step % config.recoveryInterval === 0;
      if (due && this.#state.batch < stepsPerEpoch) this.#save('last');
      await yieldToEventLoop();
      const interrupted = this.#options.interrupted?.();
      if (interrupted !== undefined) return interrupted;
    }
    return undefined;
  }

  /** Counts and records a step. */
  #record({ loss, error, swaps }: StepOutcome, lr: number, images: number, seconds: number): void {
    const { config, learner } = this.#experiment;
    const before = this.#state;
    this.#checkLoss(loss);
    const running = {
      loss: before.running.loss + loss * images,
      wrong: before.running.wrong + error * images,
      images: before.running.images + images,
      seconds: before.running.seconds + seconds,
      swaps: before.running.swaps + swaps.size,
    };
    const step = before.step + 1;
    this.#state = {
      ...before,
      step,
      batch: before.batch + 1,
      running,
      swaps: before.swaps + swaps.size,
      seconds: this.#watch.seconds,
    };
    const imagesPerSecond = images / seconds;
    this.#writer.step({
      step,
      epoch: before.epoch,
      loss,
      error: 100 * error,
      lr,
      ...(config.scheme !== 'vanilla' && { tauLr: lr * config.tauLrFactor }),
      imagesPerSecond,
      seconds: this.#watch.seconds,
      ...(config.scheme !== 'vanilla' && { stages: stageRecords(learner.model.stages) }),
    });
    for (const [stage, swap] of swaps)
      this.#writer.swap({
        step,
        epoch: before.epoch,
        stage,
        before: [...swap.before],
        after: [...swap.after],
        pairs: swap.pairs.map(([a, b]) => [a, b]),
      });
    this.#writer.heartbeat({ step, epoch: before.epoch, totalSteps: this.totalSteps });
    this.#tellStep(lr, running);
  }

  #tellStep(lr: number, { loss, wrong, images, seconds }: CheckpointState['running']): void {
    const { step, epoch, batch } = this.#state;
    const imagesPerSecond = images / seconds;
    this.#options.onProgress?.({
      kind: 'step',
      step,
      totalSteps: this.totalSteps,
      epoch,
      epochs: this.#experiment.config.epochs,
      batch: batch - 1,
      batches: this.#batches.stepsPerEpoch,
      loss: loss / images,
      error: (100 * wrong) / images,
      lr,
      imagesPerSecond,
      secondsLeft: ((this.totalSteps - step) * this.#batches.imagesPerStep) / imagesPerSecond,
    });
  }

  #checkLoss(loss: number): void {
    const bound = divergenceFactor * Math.log(this.#experiment.data.train.classes.length);
    if (Number.isFinite(loss) && loss < bound) return;
    throw new DivergenceError(
      `the loss became ${loss} at step ${this.#state.step + 1} (epoch ${this.#state.epoch + 1}): lower --lr, or clip with --clip-grad 1`,
    );
  }

  #evaluate(set: ImageSet): Evaluations {
    const { learner, average, config, data } = this.#experiment;
    const { step, epoch, patience } = this.#state;
    // The final evaluation also chooses sample images.
    const mayBeLast =
      step === this.totalSteps || (patience?.waited ?? 0) + 1 >= (config.patience ?? Infinity);
    const chooser = set === data.test && mayBeLast ? new SampleChooser(set) : undefined;
    this.#chooser = chooser ?? this.#chooser;
    const measure = (net: CifarResNet, onGuesses?: (guesses: Guesses) => void): Evaluation => {
      const forward = (images: Tensor): Tensor => {
        // Heartbeats: a long evaluation must not look like a crash.
        this.#writer.heartbeat({ step, epoch, totalSteps: this.totalSteps });
        return learner.forward(images, false, net);
      };
      return evaluate(forward, set, this.#batches.tensors, config.limitEvalBatches, onGuesses);
    };
    const own = measure(
      learner.model,
      chooser &&
        ((guesses) => {
          chooser.see(guesses);
        }),
    );
    return { own, ...(average && { ema: measure(average.net) }) };
  }

  /** Evaluates if due, records the epoch, saves, and starts the next. */
  #endEpoch(): Evaluations | undefined {
    const { config, data } = this.#experiment;
    const { running, epoch } = this.#state;
    const trainLoss = running.loss / running.images;
    const last = epoch + 1 === config.epochs;
    const due = last || (config.valInterval > 0 && (epoch + 1) % config.valInterval === 0);
    const evaluations = due ? this.#evaluate(data.validation ?? data.test) : undefined;
    const { own: evaluation, ema } = evaluations ?? {};
    const seconds = this.#watch.seconds - this.#state.secondsPerEpoch.reduce((sum, value) => sum + value, 0);
    const trainError = (100 * running.wrong) / running.images;
    const imagesPerSecond = running.images / running.seconds;
    this.#options.beforeWriting?.();
    this.#writer.epoch({
      epoch,
      trainLoss,
      trainError,
      ...(evaluation && {
        evalLoss: evaluation.loss,
        evalError: evaluation.error,
        evalTop1: 100 - evaluation.error,
        ...(evaluation.top5Error !== undefined && { evalTop5: 100 - evaluation.top5Error }),
      }),
      ...(ema && { emaLoss: ema.loss, emaError: ema.error }),
      lr: learningRate(this.#lr, this.#state.step - 1),
      seconds,
      imagesPerSecond,
      swaps: running.swaps,
      peakRssMb: process.resourceUsage().maxRSS / 1024,
    });
    const { bestError, patience } = this.#state;
    const better = evaluation && (bestError === null || evaluation.error < bestError);
    this.#state = {
      ...this.#state,
      epoch: epoch + 1,
      batch: 0,
      running: noRunning,
      trainLoss,
      bestError: better ? evaluation.error : bestError,
      ...(evaluation &&
        config.patience !== undefined && {
          patience: afterEvaluation(patience, evaluation.error, config.minDelta),
        }),
      secondsPerEpoch: [...this.#state.secondsPerEpoch, seconds],
      seconds: this.#watch.seconds,
    };
    this.#save('last');
    if (better) this.#save('best');
    if (config.checkpointEvery > 0 && (epoch + 1) % config.checkpointEvery === 0)
      this.#save(`epoch-${String(epoch + 1).padStart(3, '0')}`);
    const { epochs } = config;
    this.#options.onProgress?.({
      kind: 'epoch',
      epoch,
      epochs,
      trainLoss,
      trainError,
      ...(evaluation && { evaluation }),
      ...(ema && { emaEvaluation: ema }),
      evaluatedOn: data.validation ? 'validation' : 'test',
      seconds,
      imagesPerSecond,
      swaps: running.swaps,
    });
    return evaluations;
  }

  /** Writes a checkpoint, but never one with non-finite weights. */
  #save(name: string): void {
    const { learner, generator, average } = this.#experiment;
    if (!learner.isFinite())
      throw new DivergenceError(
        `a weight is not finite after step ${this.#state.step}: lower --lr, or clip with --clip-grad 1`,
      );
    this.#options.beforeWriting?.();
    // Flush the records before a checkpoint refers to them.
    this.#writer.sync();
    this.#state = {
      ...this.#state,
      optimizerUpdates: learner.optimizer.updates,
      generators: { weights: Buffer.from(generator.state()).toString('base64') },
    };
    const folder = join(this.#writer.dir, 'checkpoints', name);
    saveCheckpoint(folder, learner.model, learner.optimizer, this.#state, average?.net);
    this.#options.onProgress?.({ kind: 'saved', folder, step: this.#state.step });
  }

  dispose(): void {
    this.#batches.dispose();
  }
}

function imagesOf({ train, mean, std }: Experiment['data']): CheckpointState['images'] {
  const { height, width, channels, classes } = train;
  return { height, width, channels, mean: [...mean], std: [...std], classes: [...classes] };
}

function stageRecords(stages: Experiment['learner']['model']['stages']): Record<string, StageRecord> {
  return Object.fromEntries(
    [...stages]
      .filter(([, stage]) => stage.schedule.parameters.size > 0)
      .map(([name, stage]) => {
        const { tau, tauEnd, step } = stage.schedule.snapshot();
        return [
          name,
          {
            ...(tau && { tau: [...tau] }),
            ...(tauEnd && { tauEnd: [...tauEnd] }),
            ...(step && { step: [...step] }),
          },
        ];
      }),
  );
}
