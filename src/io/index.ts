export { type ArchiveEntry, encodeArchive, entriesOfArchive } from './archive.ts';
export { recoverFolder, writeError, writeFileAtomic, writeFolderAtomic } from './atomic.ts';
export { abandonedAfter, beatClaim, type Claim, holderOf, takeClaim } from './claim.ts';
export { encodeNpy, encodeNpz, type NpyArray, writeNpz } from './npz.ts';
export {
  decodeSafetensors,
  encodeSafetensors,
  type FoundTensor,
  readSafetensors,
  type SafetensorsDType,
  type SafetensorsFile,
  type StoredTensor,
} from './safetensors.ts';
export { PickledArray, readPlainPickle } from './pickle/plain-pickle.ts';
export { sha256OfFile } from './sha256.ts';
export { numbersOf } from './numbers.ts';
export { absolutePath, expandHome } from './user-path.ts';
export { openWeightFile, type WeightFile } from './weight-file.ts';
