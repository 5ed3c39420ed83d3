/** Fake list rows for tests. */
import type { RunRow, StepCurves } from '../protocol/index.ts';

/** A finished run with the given fields replaced. */
export function fakeRow(given: Partial<RunRow> & { readonly name: string }): RunRow {
  return {
    id: given.name,
    state: 'finished',
    dataset: 'cifar10',
    model: 'resnet20',
    scheme: 'mean-field',
    seed: 1,
    configuration: 'a',
    epochs: 15,
    plannedEpochs: 15,
    step: 1500,
    totalSteps: 1500,
    testError: 10,
    evaluatedOn: 'test',
    trainLoss: 0.2,
    seconds: 100,
    imagesPerSecond: 500,
    swaps: 0,
    started: '2026-01-01T00:00:00.000Z',
    heartbeat: '2026-01-01T00:02:00.000Z',
    final: true,
    resumable: false,
    stoppedEarly: false,
    problems: [],
    ...given,
  };
}

/** Curves at the given steps; the loss is 1/step, and tau of the single stage grows with the step. */
export function fakeCurves(steps: readonly number[]): StepCurves {
  const loss = steps.map((step) => 1 / step);
  return {
    step: steps,
    epoch: steps.map((step) => Math.floor(step / 100)),
    loss,
    lossMin: loss,
    lossMax: loss,
    error: steps.map(() => 50),
    lr: steps.map(() => 0.1),
    tauLr: steps.map(() => null),
    imagesPerSecond: steps.map(() => 100),
    seconds: steps,
    stages: { layer1: { tau: steps.map((step) => [1 + step / 1000, 2]), tauEnd: null, step: null } },
    total: steps.at(-1) ?? 0,
    lastStep: steps.at(-1) ?? 0,
  };
}
