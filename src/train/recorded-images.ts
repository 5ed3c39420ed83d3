/** Reads the image format that `export` records in a weights file. */
import { z } from 'zod';
import { checkPath, openWeightFile, type PathLike } from '../io/index.ts';
import type { NetImages } from './test-images.ts';

const pixels = z.int().positive();
const recordSchema = z.object({
  // Only `export` writes this key; the other keys may mean something else in files of other programs.
  'key-style': z.string(),
  mean: z.array(z.number()).min(1),
  std: z.array(z.number().positive()),
  classes: z.array(z.string()).min(1),
  'image-size': z.tuple([pixels, pixels]).exactOptional(),
});

/** Undefined for a file of another program. @throws FileError if it is damaged */
export async function recordedImages(
  from: PathLike,
  stateDict: string | undefined,
): Promise<NetImages | undefined> {
  const path = checkPath('the path of the weights', from);
  const file = await openWeightFile(path, { stateDict });
  file.close();
  const record = Object.entries(file.metadata).map(([key, text]) => [key, valueOf(text)]);
  const parsed = recordSchema.safeParse(Object.fromEntries(record));
  if (!parsed.success || parsed.data.mean.length !== parsed.data.std.length) return undefined;
  const { mean, std, classes, 'image-size': size } = parsed.data;
  return { mean, std, classes, channels: mean.length, size };
}

/** Lists are JSON, words are plain. */
function valueOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
