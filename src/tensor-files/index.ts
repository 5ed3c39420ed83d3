/**
 * Tensors and tables in files that other programs read.
 *
 * @module meanfield/io
 */
export { loadTensors, saveTensors } from './by-extension.ts';
export {
  type CsvOptions,
  readCsv,
  readCsvTensor,
  type ReadCsvTensorOptions,
  writeCsv,
  type WriteCsvOptions,
} from './csv.ts';
export type { NamedTensors, ReadOptions } from './named.ts';
export { readNpy, readNpz, writeNpy, writeNpz } from './numpy.ts';
export {
  readSafetensors,
  readSafetensorsMetadata,
  type SafetensorsOptions,
  writeSafetensors,
} from './safetensors.ts';
export type { CsvRow, CsvValue, Separator, TableSeparator } from '../io/index.ts';
