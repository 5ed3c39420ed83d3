/**
 * Training: settings, steps, evaluation, checkpoints, runs.
 *
 * @module meanfield/train
 */
export { BatchTensors } from './batch-tensors.ts';
export { loadCheckpoint, readCheckpointState, type CheckpointState, saveCheckpoint } from './checkpoint.ts';
export {
  commandLine,
  configFromRecord,
  configToRecord,
  readSavedConfig,
  resolveConfig,
  savedConfig,
  type TrainOptions,
  type Where,
} from './config.ts';
export { overrideSettings, effectiveSettings } from './settings/effect.ts';
export { type Evaluation, evaluate, evaluateParts, mergeEvaluations } from './evaluate.ts';
export {
  createExperiment,
  createTestExperiment,
  type Experiment,
  makeModel,
  startFromWeights,
} from './experiment.ts';
export { type ExportedWeights, exportWeights, type ExportOptions } from './export-weights.ts';
export { recordedImages } from './recorded-images.ts';
export { importWeights, type ImportedWeights, type ImportOptions } from './import-weights.ts';
export { interruptCodes, listenForInterrupt } from './interrupt.ts';
export { stepsPerEpoch } from './training-batches.ts';
export { Learner, type StepOutcome } from './learner.ts';
export type { EpochProgress, OnProgress, Progress, StepProgress } from './progress.ts';
export { loadTestImages, loadTrained, type TestImages, type Trained } from './trained.ts';
export { predict, type Prediction } from './predict.ts';
export { flagOf } from './settings/flags.ts';
export { configKeys, type TrainConfig } from './settings/table.ts';
export {
  changeableSettings,
  resumeRun,
  schemeName,
  type SessionOptions,
  type SessionResult,
  startRun,
} from './session.ts';
