export { type ArchiveEntry, entriesOfArchive } from './archive.ts';
export { recoverFolder, writeFileAtomic, writeFolderAtomic } from './atomic.ts';
export { decodeSafetensors, encodeSafetensors, readSafetensors, type SafetensorsDType, type SafetensorsFile, type StoredTensor } from './safetensors.ts';
