/**
 * Data sets: loading, fetching, batches, augmentation, images in files.
 *
 * @module meanfield/data
 */
export { type Augmentation, fillBatch } from './augment.ts';
export { BatchPlan } from './batches.ts';
export { classNameOf } from './class-names.ts';
export { type DatasetFacts, listDatasets, loadImages, loadTestSet, type LoadOptions } from './catalogue.ts';
export { type FilePath, displayPath } from './file-path.ts';
export {
  type DatasetName,
  datasetNames,
  generatedDatasets,
  folderDatasets,
  resizableDatasets,
  trainableDatasets,
} from './names.ts';
export { corruptionOf } from './corruptions.ts';
export { npyTestFiles } from './npy-images.ts';
export { type Fingerprint, fingerprintOf } from './fingerprint.ts';
export { matchClasses, resizeSet } from './fit.ts';
export { decodeImage } from './image-file.ts';
export { type ImageList, listImages } from './image-tree.ts';
export type { ImageData, ImageSet, PointSet, TestData } from './types.ts';
export { checkDataset, type DatasetCheck } from './check.ts';
export { fetchDataset, type FetchedFile, type FetchedDataset, type FetchOptions } from './fetch.ts';
export { makePoints, type PointOptions, type PointSetName, pointSetNames } from './points/catalogue.ts';
export { CounterStream } from './random.ts';
export { fetchHint } from './fetch-hint.ts';
