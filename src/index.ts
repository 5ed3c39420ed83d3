/**
 * All entry points by name, the errors, and options of long calls.
 *
 * @module meanfield
 */
export {
  throwIfAborted,
  type LongCallOptions,
  type OnProgress,
  type Progress,
  type AbortSignalLike,
  timeLimit,
} from './cancel.ts';
export * as data from './data/index.ts';
export {
  AbortError,
  DataError,
  DivergenceError,
  exitCodes,
  FileError,
  MeanfieldError,
  MissingEnvironmentError,
  UsageError,
} from './errors.ts';
export * as io from './tensor-files/index.ts';
export * as meanField from './mean-field/index.ts';
export * as models from './models/index.ts';
export { OperatorError } from './native/index.ts';
export * as reference from './reference/index.ts';
export * as runs from './runs/public.ts';
export * as tensor from './tensor/index.ts';
export * as theory from './theory/index.ts';
export * as train from './train/index.ts';
