/** The public list. Subpaths: meanfield/tensor, /mean-field, /models, /train, /theory, /data, /reference. */
export * as data from './data/index.ts';
export {
  DataError,
  DivergenceError,
  exitCodes,
  FileError,
  MeanfieldError,
  MissingEnvironmentError,
  UsageError,
} from './errors.ts';
export * as meanField from './mean-field/index.ts';
export * as models from './models/index.ts';
export * as reference from './reference/index.ts';
export * as tensor from './tensor/index.ts';
export * as theory from './theory/index.ts';
export * as train from './train/index.ts';
