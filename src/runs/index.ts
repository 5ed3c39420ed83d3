export type { AnalysedStage, Analysis, AnalysisSection, HeatMap } from './analysis.ts';
export type { Axis, Check, ClaimPanel, ClaimResult, Series } from './claims.ts';
export { blockTensor, type BlockTensor } from './block-names.ts';
export { isRunFolder, notRunFolder, runFolderOf } from './run-folder.ts';
export { readConfigFile, writeConfigFile } from './config-file.ts';
export { evaluationSet } from './evaluation-set.ts';
export { evenly } from './evenly.ts';
export { checkRunName, runFiles, runName, slug, timestamp } from './layout.ts';
export { type CurrentStatus, currentStatus, type LiveState, liveState } from './live.ts';
export { type DepthMovement, depthMovement } from './depth-movement.ts';
export { isProcessAlive } from '../processes/index.ts';
export { listRuns, readRun, type Run } from './reader.ts';
export { countLines, type Line, readLineBatches } from './lines.ts';
export { lastRecord, parseRecord, type ReadRecordsOptions, readRecords, type Records } from './records.ts';
export {
  type ArmResult,
  type Comparison,
  mainArm,
  type OrderChanges,
  type Reproduction,
  type ReproductionRow,
  type StageChanges,
} from './reproduction.ts';
export {
  recordSchema,
  resultSchema,
  runStates,
  samplesSchema,
  statusSchema,
  stepSchema,
  swapSchema,
} from './schemas.ts';
export { readSettingsFile, type SettingsFile } from './settings-file.ts';
export { publishedKeys } from './shared-facts.ts';
export { stoppedEarlyText } from './stopped-early.ts';
export { summaryFromCsv, summaryToCsv } from './summary.ts';
export {
  type EpochRecord,
  type EvaluationSet,
  type FinalSteps,
  type PlainRecord,
  type ResultNumbers,
  type RunData,
  type RunResult,
  type RunState,
  type RunStatus,
  type StageRecord,
  type StepRecord,
  type SwapRecord,
  type TestSample,
  type TestSamples,
} from './types.ts';
export { type Ending, type Progress, RunWriter, type RunWriterOptions } from './writer.ts';
