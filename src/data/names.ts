/** What data sets are called, for who only names them. */

export const datasetNames = [
  'fashion-mnist',
  'mnist',
  'cifar10',
  'cifar100',
  'idx',
  'image-folder',
  'npy',
  'synthetic-images',
] as const;
export type DatasetName = (typeof datasetNames)[number];

/** Those that have test images alone. */
export const testOnlyDatasets: readonly DatasetName[] = ['npy'];
/** Those that can be trained on. */
export const trainableDatasets: readonly DatasetName[] = datasetNames.filter(
  (name) => !testOnlyDatasets.includes(name),
);
/** Those whose images have the size that is asked for. */
export const sizedDatasets: readonly DatasetName[] = ['image-folder', 'synthetic-images'];
/** Those that are made on the spot: there are no files. */
export const drawnDatasets: readonly DatasetName[] = ['synthetic-images'];
/** Those whose classes are folders, which may be there without images. */
export const folderDatasets: readonly DatasetName[] = ['image-folder'];
