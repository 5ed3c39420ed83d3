/** Fits test images to a trained net: its size, its colours, its classes. */
import {
  loadTestSet,
  matchClasses,
  resizeSet,
  resizableDatasets,
  generatedDatasets,
  type TestData,
} from '../data/index.ts';
import { UsageError } from '../errors.ts';
import { classList } from './data-identity.ts';

/** The images that a net was trained on. */
export interface NetImages {
  /** Per channel, for pixels in 0..1. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
  readonly classes: readonly string[];
  readonly channels: number;
  /** [height, width]; absent: unknown, images keep their size. */
  readonly size?: readonly [number, number] | undefined;
}

interface TestImageSource {
  readonly dataset: string;
  readonly dataDir?: string | undefined;
  readonly limitTest?: number | undefined;
  readonly allowEmptyClasses: boolean;
  readonly seed: number;
}

/**
 * Loads a test set and fits it to a net: scaled to its size, in its colours, with labels matched to its classes by
 * name.
 *
 * @param owner - the run or the file of the net, for errors
 * @throws UsageError if the classes are not those of the net, DataError if the data are missing or damaged
 */
export async function testImagesFor(
  owner: string,
  { size, channels, classes }: NetImages,
  { dataset, dataDir, limitTest, allowEmptyClasses, seed }: TestImageSource,
): Promise<TestData> {
  const loaded = await loadTestSet(dataset, {
    ...(dataDir !== undefined && { dataDir }),
    // Other data sets are scaled below, from their own size.
    ...((resizableDatasets as readonly string[]).includes(dataset) && {
      ...(size && { imageSize: size }),
      channels: channels === 1 ? 1 : 3,
    }),
    ...(limitTest !== undefined && { limitTest }),
    allowEmptyClasses,
    classes,
    seed,
  });
  const matched = matchClasses(loaded.test, classes);
  if (!matched)
    throw new UsageError(
      `${owner} was trained on the classes ${classList(classes)}; the test images of ${dataDir ?? dataset} have ${classList(loaded.test.classes)}`,
    );
  const [height, width] = size ?? [matched.height, matched.width];
  return { ...loaded, test: await resizeSet(matched, { height, width, channels }) };
}

/** @throws UsageError if a path is given for generated images */
export function rejectDataDir(dataset: string, given: string | undefined): void {
  if (given !== undefined && (generatedDatasets as readonly string[]).includes(dataset))
    throw new UsageError(`--data-dir has no effect on ${dataset}, which is generated`);
}
