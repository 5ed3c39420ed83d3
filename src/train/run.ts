/**
 * A training run: epochs over the data, a record of every step, checkpoints. The same configuration and seed give the
 * same run, even if it is killed and resumed in mid-epoch.
 */
import { join } from 'node:path';
import { BatchPlan, fillBatch, type ImageSet } from '../data/index.ts';
import { DivergenceError, type ExitCode } from '../errors.ts';
import { learningRate, type LrOptions, checkLrOptions } from '../optim/index.ts';
import type { RunWriter, StageRecord, TestSamples } from '../runs/index.ts';
import { type Tensor } from '../tensor/index.ts';
import { BatchTensors } from './batch-tensors.ts';
import { type CheckpointState, saveCheckpoint } from './checkpoint.ts';
import { Stopwatch, yieldToEventLoop } from './clock.ts';
import { type Evaluation, evaluate } from './evaluate.ts';
import type { Experiment } from './experiment.ts';
import type { Batch, StepOutcome } from './learner.ts';
import type { OnProgress } from './progress.ts';
import { SampleChooser } from './samples.ts';

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
  /** Evaluation of the held-out images after the last epoch. */
  readonly validation?: Evaluation;
  readonly interrupted?: ExitCode;
  /** Test images with the net's predictions; absent if the run was interrupted. */
  readonly samples?: TestSamples;
}

const noRunning: CheckpointState['running'] = { loss: 0, wrong: 0, images: 0, seconds: 0, swaps: 0 };

/** The cross-entropy of a random guess is log C; a loss 100 times that means divergence. */
const divergenceFactor = 100;

export class TrainingRun {
  readonly #experiment: Experiment;
  readonly #writer: RunWriter;
  readonly #tensors: BatchTensors;
  readonly #plan: BatchPlan;
  /** Batches of an epoch, and its steps. */
  readonly #batches: number;
  readonly #steps: number;
  /** Batches of a step; the last step of an epoch may have fewer. */
  readonly #perStep: number;
  /** The pixels of a batch. */
  readonly #bytes: Uint8Array;
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
    this.#tensors = new BatchTensors(data.train, data, config.dtype, config.device);
    this.#plan = new BatchPlan(data.train.count, config.batchSize);
    const { height, width, channels } = data.train;
    this.#bytes = new Uint8Array(config.batchSize * height * width * channels);
    this.#batches = Math.min(this.#plan.batches, config.limitTrainBatches ?? Infinity);
    this.#perStep = config.accumulate ?? 1;
    this.#steps = Math.ceil(this.#batches / this.#perStep);
    this.#lr = { ...config, totalSteps: config.epochs * this.#steps, stepsPerEpoch: this.#steps };
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
    let evaluation: Evaluation | undefined;
    while (this.#state.epoch < config.epochs) {
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
    return {
      state: this.#state,
      evaluation: onTest,
      ...(validation && { validation: evaluation }),
      ...(samples && { samples }),
    };
  }

  /** Runs the remaining steps of the epoch. */
  async #finishEpoch(): Promise<ExitCode | undefined> {
    const { config } = this.#experiment;
    const order = this.#plan.order(config.seed, this.#state.epoch);
    while (this.#state.batch < this.#steps) {
      const started = performance.now();
      const lr = learningRate(this.#lr, this.#state.step);
      const first = this.#state.batch * this.#perStep;
      const last = Math.min(first + this.#perStep, this.#batches);
      const batches = Array.from({ length: last - first }, (_, i) => this.#plan.indices(order, first + i));
      const outcome = this.#experiment.learner.stepOver(
        batches.map((indices) => () => this.#batchOf(indices)),
        lr,
      );
      const images = batches.reduce((sum, { length }) => sum + length, 0);
      this.#record(outcome, lr, images, (performance.now() - started) / 1000);
      const due = config.recoveryInterval > 0 && this.#state.step % config.recoveryInterval === 0;
      if (due && this.#state.batch < this.#steps) this.#save('last');
      await yieldToEventLoop();
      const interrupted = this.#options.interrupted?.();
      if (interrupted !== undefined) return interrupted;
    }
    return undefined;
  }

  #batchOf(indices: Int32Array): Batch {
    const { config, data } = this.#experiment;
    const { seed, pad, flip, cutout } = config;
    const bytes = this.#bytes.subarray(0, (indices.length * this.#bytes.length) / config.batchSize);
    fillBatch(data.train, indices, { pad, flip, cutout }, seed, this.#state.epoch, bytes);
    const labels = Array.from(indices, (index) => data.train.labels[index] ?? 0);
    return { images: this.#tensors.images(bytes, indices.length), labels: this.#tensors.labels(labels) };
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
    const { config } = this.#experiment;
    const { step, epoch, batch } = this.#state;
    const imagesPerSecond = images / seconds;
    this.#options.onProgress?.({
      kind: 'step',
      step,
      totalSteps: this.totalSteps,
      epoch,
      epochs: config.epochs,
      batch: batch - 1,
      batches: this.#steps,
      loss: loss / images,
      error: (100 * wrong) / images,
      lr,
      imagesPerSecond,
      secondsLeft: ((this.totalSteps - step) * this.#perStep * config.batchSize) / imagesPerSecond,
    });
  }

  #checkLoss(loss: number): void {
    const bound = divergenceFactor * Math.log(this.#experiment.data.train.classes.length);
    if (Number.isFinite(loss) && loss < bound) return;
    throw new DivergenceError(
      `the loss became ${loss} at step ${this.#state.step + 1} (epoch ${this.#state.epoch + 1}): lower --lr, or clip with --clip-grad 1`,
    );
  }

  #evaluate(set: ImageSet): Evaluation {
    const { learner, config, data } = this.#experiment;
    const { step, epoch } = this.#state;
    // The final evaluation also chooses sample images.
    const chooser = set === data.test && step === this.totalSteps ? new SampleChooser(set) : undefined;
    this.#chooser = chooser ?? this.#chooser;
    const forward = (images: Tensor): Tensor => {
      // Heartbeats: a long evaluation must not look like a crash.
      this.#writer.heartbeat({ step, epoch, totalSteps: this.totalSteps });
      return learner.forward(images, false);
    };
    return evaluate(
      forward,
      set,
      this.#tensors,
      config.limitEvalBatches,
      chooser &&
        ((guesses) => {
          chooser.see(guesses);
        }),
    );
  }

  /** Evaluates if due, records the epoch, saves, and starts the next. */
  #endEpoch(): Evaluation | undefined {
    const { config, data } = this.#experiment;
    const { running, epoch } = this.#state;
    const trainLoss = running.loss / running.images;
    const last = epoch + 1 === config.epochs;
    const due = last || (config.valInterval > 0 && (epoch + 1) % config.valInterval === 0);
    const evaluation = due ? this.#evaluate(data.validation ?? data.test) : undefined;
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
      lr: learningRate(this.#lr, this.#state.step - 1),
      seconds,
      imagesPerSecond,
      swaps: running.swaps,
      peakRssMb: process.resourceUsage().maxRSS / 1024,
    });
    const { bestError } = this.#state;
    const better = evaluation && (bestError === null || evaluation.error < bestError);
    this.#state = {
      ...this.#state,
      epoch: epoch + 1,
      batch: 0,
      running: noRunning,
      trainLoss,
      bestError: better ? evaluation.error : bestError,
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
      evaluatedOn: data.validation ? 'validation' : 'test',
      seconds,
      imagesPerSecond,
      swaps: running.swaps,
    });
    return evaluation;
  }

  /** Writes a checkpoint, but never one with non-finite weights. */
  #save(name: string): void {
    const { learner, generator } = this.#experiment;
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
    saveCheckpoint(folder, learner.model, learner.optimizer, this.#state);
    this.#options.onProgress?.({ kind: 'saved', folder, step: this.#state.step });
  }

  dispose(): void {
    this.#tensors.dispose();
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
