/** Fake run folders for tests, written through the real writer. */
import { commandLine } from '../command-line.ts';
import { orderByTau } from './depth.ts';
import { type EpochRecord, type RunResult, RunWriter, type StageRecord } from './index.ts';

export interface FakeRun {
  readonly name?: string;
  readonly scheme?: 'vanilla' | 'mean-field' | 'intervals' | 'learned-step';
  readonly model?: string;
  readonly dataset?: string;
  readonly seed?: number;
  readonly epochs?: number;
  readonly stepsPerEpoch?: number;
  /** Exchangeable blocks of each stage. */
  readonly blocks?: readonly number[];
  readonly classes?: readonly string[];
  /** Stops after this many steps, without a result. */
  readonly stopAt?: number;
  readonly config?: Readonly<Record<string, unknown>>;
}

export const fashionClasses = [
  'T-shirt/top',
  'Trouser',
  'Pullover',
  'Dress',
  'Coat',
  'Sandal',
  'Shirt',
  'Sneaker',
  'Bag',
  'Ankle boot',
];

/** Uniform numbers from a seed (mulberry32). */
function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

function inversions(before: readonly number[], after: readonly number[]): [number, number][] {
  return before.flatMap((a, i) =>
    before
      .slice(i + 1)
      .flatMap((b): [number, number][] => (after.indexOf(a) > after.indexOf(b) ? [[a, b]] : [])),
  );
}

/** One stage: positions that wander with momentum while the learning rate is high. */
class FakeStage {
  readonly name: string;
  tau: number[];
  tauEnd: number[];
  order: number[];
  readonly #speed: number[];
  readonly #drift: number[];
  readonly #random: () => number;

  constructor(name: string, blocks: number, random: () => number) {
    this.name = name;
    this.#random = random;
    this.tau = Array.from({ length: blocks }, (_, i) => i + 1);
    this.tauEnd = this.tau.map((value) => value + 1);
    this.order = orderByTau(this.tau);
    this.#speed = this.tau.map(() => 0);
    this.#drift = this.tau.map(() => random() - 0.45);
  }

  move(lr: number): void {
    // Neighbours that meet stay close: the gradient with respect to a step of size 0 is what moves them.
    const size = 0.0022 * lr;
    this.tau = this.tau.map((value, i) => {
      const speed =
        0.98 * (this.#speed[i] ?? 0) + size * (0.02 * (this.#drift[i] ?? 0) + 0.35 * (this.#random() - 0.5));
      this.#speed[i] = speed;
      return Math.max(0, value + speed);
    });
    this.tauEnd = this.tauEnd.map((value, i) =>
      Math.max(this.tau[i] ?? 0, value + 0.6 * (this.#speed[i] ?? 0) + 2 * size * (this.#random() - 0.5)),
    );
  }

  record(scheme: string): StageRecord {
    if (scheme === 'learned-step') return { step: this.tau.map((value, i) => Math.max(0, value - i)) };
    return { tau: [...this.tau], ...(scheme === 'intervals' && { tauEnd: [...this.tauEnd] }) };
  }
}

function confusionOf(classes: number, error: number, random: () => number): number[][] {
  const weights = Array.from({ length: classes }, () => 0.2 + 1.8 * random());
  return Array.from({ length: classes }, (_, t) => {
    const wrong = Math.round(10 * error * (weights[t] ?? 1));
    const row = new Array<number>(classes).fill(0);
    for (let i = 0; i < wrong; i++) {
      const p = (t + 1 + Math.floor((classes - 1) * random() ** 3)) % classes;
      row[p] = (row[p] ?? 0) + 1;
    }
    row[t] = 1000 - wrong;
    return row;
  });
}

/** Writes a run into `root`; returns its folder. */
export function writeFakeRun(root: string, fake: FakeRun = {}): string {
  const { scheme = 'mean-field', model = 'resnet20', dataset = 'fashion-mnist', seed = 1 } = fake;
  const { epochs = 8, stepsPerEpoch = 469, blocks = [3, 2, 2], classes = fashionClasses } = fake;
  const random = uniform(seed * 7919 + scheme.length);
  const total = epochs * stepsPerEpoch;
  const last = Math.min(total, fake.stopAt ?? Infinity);
  const start = Date.UTC(2026, 7, 23, 17, 42, 5);
  let now = start;
  const writer = RunWriter.create(root, fake.name ?? `20260823-174205-${model}-${scheme}-s${seed}`, {
    now: () => now,
  });
  writer.config({
    dataset,
    model,
    width: 16,
    scheme,
    reorder: true,
    'tau-lr-factor': 0.1,
    epochs,
    'batch-size': 128,
    opt: 'sgd',
    momentum: 0.9,
    nesterov: true,
    'weight-decay': 5e-4,
    lr: 0.2,
    sched: 'one-cycle',
    seed,
    amp: true,
    ...fake.config,
  });
  writer.environment({
    command: commandLine([
      ...['meanfield', 'train', '--model', model, '--scheme', scheme],
      ...['--seed', String(seed), '--epochs', String(epochs)],
    ]),
    node: 'v20.20.2',
    libtorch: { version: '1.13.1', blas: 'openblas-openmp', threads: 2 },
    cpu: 'AMD EPYC 9R14, 2 cores',
    version: '0.1.0',
  });
  const stages = scheme === 'vanilla' ? [] : blocks.map((n, i) => new FakeStage(`layer${i + 1}`, n, random));
  const floor = 7.2 + random() * 0.5 - (scheme === 'mean-field' ? 0.4 : 0);
  let swaps = 0;
  let [epochSwaps, epochLoss, epochError] = [0, 0, 0];
  const testErrors: number[] = [];
  for (let step = 1; step <= last; step++) {
    const share = step / total;
    const epoch = Math.floor((step - 1) / stepsPerEpoch);
    const lr = 0.2 * (share < 0.2 ? share / 0.2 : 0.5 * (1 + Math.cos((Math.PI * (share - 0.2)) / 0.8)));
    const error =
      82 * Math.exp(-22 * share) +
      floor +
      9 * (1 - share) ** 2 -
      2.5 * share +
      (random() - 0.5) * 9 * (1 - 0.5 * share);
    const loss = Math.max(0.02, error * 0.027 + (random() - 0.5) * 0.05);
    const seconds = step * 0.118;
    now = start + seconds * 1000;
    for (const stage of stages) {
      stage.move((lr * 5 * 3750) / total);
      if (scheme === 'learned-step') continue;
      const after = orderByTau(stage.tau);
      const pairs = inversions(stage.order, after);
      if (!pairs.length) continue;
      writer.swap({ step, epoch, stage: stage.name, before: stage.order, after, pairs });
      stage.order = after;
      swaps++;
      epochSwaps++;
    }
    writer.step({
      step,
      epoch,
      loss,
      error: Math.max(0, error),
      lr,
      ...(stages.length > 0 && {
        tauLr: lr * 0.1,
        stages: Object.fromEntries(stages.map((stage) => [stage.name, stage.record(scheme)])),
      }),
      imagesPerSecond: 1080 + 40 * random(),
      seconds,
    });
    writer.heartbeat({ step, epoch, totalSteps: total });
    epochLoss += loss / stepsPerEpoch;
    epochError += error / stepsPerEpoch;
    if (step % stepsPerEpoch) continue;
    const evalError = floor + 26 * Math.exp(-5.5 * share) + (random() - 0.5) * 5 * (1 - share);
    testErrors.push(evalError);
    const row: EpochRecord = {
      epoch,
      trainLoss: epochLoss,
      trainError: epochError,
      evalLoss: evalError * 0.029,
      evalError,
      evalTop1: 100 - evalError,
      evalTop5: 99.8,
      lr,
      seconds: 0.118 * stepsPerEpoch,
      imagesPerSecond: 1085,
      swaps: epochSwaps,
      peakRssMb: 612,
    };
    writer.epoch(row);
    [epochSwaps, epochLoss, epochError] = [0, 0, 0];
  }
  if (last < total) {
    writer.close();
    return writer.dir;
  }
  const testError = testErrors.at(-1) ?? Number.NaN;
  const confusion = confusionOf(classes.length, testError, random);
  const result: RunResult = {
    model,
    scheme,
    seed,
    dataset,
    testError,
    testLoss: testError * 0.029,
    top5Error: 0.2,
    trainLoss: 0.21,
    epochs,
    steps: total,
    seconds: total * 0.118,
    secondsPerEpoch: testErrors.map(() => stepsPerEpoch * 0.118),
    swaps,
    parameters: 272_474,
    finalSteps: Object.fromEntries(stages.map((stage) => [stage.name, finalOf(stage, scheme)])),
    confusion,
    perClassError: confusion.map((row, c) => 100 - (row[c] ?? 0) / 10),
    classes,
  };
  writer.result(result);
  writer.finish('finished', { exitCode: 0 });
  return writer.dir;
}

function finalOf(stage: FakeStage, scheme: string): RunResult['finalSteps'][string] {
  const { tau, tauEnd, step } = stage.record(scheme);
  if (step) return { order: step.map((_, i) => i), tau: [], steps: step };
  const positions = stage.order.map((particle) => tau?.[particle] ?? 0);
  const steps = stage.order.map((particle, l) =>
    tauEnd ? (tauEnd[particle] ?? 0) - (tau?.[particle] ?? 0) : (positions[l] ?? 0) - (positions[l - 1] ?? 0),
  );
  return { order: stage.order, tau: tau ?? [], steps, ...(tauEnd && { tauEnd }) };
}
