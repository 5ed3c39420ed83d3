export { type ArchiveEntry, encodeArchive, entriesOfArchive } from './archive.ts';
export { type Chunks, recoverFolder, writeError, writeFileAtomic, writeFolderAtomic } from './atomic.ts';
export { fileBytes, fileText } from './byte-source.ts';
export {
  type Cell,
  checkWidths,
  csvLines,
  isEmptyLine,
  type Line,
  type Separator,
  separators,
} from './csv/cells.ts';
export { numberOfCell, separatorOf } from './csv/dialect.ts';
export {
  checkColumns,
  columnNames,
  type CsvRow,
  type CsvValue,
  decodeCsv,
  encodeCsv,
  fileLineError,
  numberCell,
  quoteCell,
  type TableSeparator,
  tableSeparators,
  textCell,
} from './csv/rows.ts';
export { decodeNpy, encodeNpy, type NpyArray } from './npy.ts';
export { encodeNpz, writeNpz } from './npz.ts';
export { readNpz } from './npz-read.ts';
export {
  decodeSafetensors,
  encodeSafetensors,
  type FoundTensor,
  readSafetensors,
  type SafetensorsDType,
  type SafetensorsFile,
  type StoredTensor,
} from './safetensors.ts';
export { NumpyArray } from './pickle/numpy.ts';
export { readPlainPickle } from './pickle/plain-pickle.ts';
export { isFile, isFolder, statOf } from './stat-of.ts';
export { encodePng } from './png.ts';
export * as protobuf from './protobuf.ts';
export { type Fields, fieldsOf, messagesOf, textsOf } from './protobuf-read.ts';
export { sha256OfFile, sha256OfText } from './sha256.ts';
export { numbersOf } from './numbers.ts';
export { absolutePath, checkPath, expandHome, type PathLike } from './user-path.ts';
export { isFloat, typeInWords } from './element-types.ts';
export { isGzip, otherKind } from './file-kind.ts';
export { encodeStateDict } from './pytorch/write.ts';
export type { WeightFile } from './found-weights.ts';
export { checkOutputFile, makeFolder, makeNewFolder } from './output-path.ts';
export { reasonOfCode, reasonOfSystemError } from './system-error.ts';
export { openWeightFile, type WeightFileOptions } from './weight-file.ts';
