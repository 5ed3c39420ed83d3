/** The names of the data sets, without their readers. */

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

/** Sets with test images only. */
export const testOnlyDatasets: readonly DatasetName[] = ['npy'];
/** Sets for training. */
export const trainableDatasets: readonly DatasetName[] = datasetNames.filter(
  (name) => !testOnlyDatasets.includes(name),
);
/** Sets whose image size is an option. */
export const resizableDatasets: readonly DatasetName[] = ['image-folder', 'synthetic-images'];
/** Sets that are generated: there are no files. */
export const generatedDatasets: readonly DatasetName[] = ['synthetic-images'];
/** Sets whose classes are folders, which may be empty. */
export const folderDatasets: readonly DatasetName[] = ['image-folder'];
