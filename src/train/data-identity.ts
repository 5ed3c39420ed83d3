/** Identifies the data of a run, and compares them with other data. */
import { z } from 'zod';
import { classNameOf, type Fingerprint, fingerprintOf, type ImageData } from '../data/index.ts';
import { UsageError } from '../errors.ts';

const fingerprint: z.ZodType<Fingerprint> = z.object({
  count: z.int(),
  height: z.int(),
  width: z.int(),
  channels: z.int(),
  classes: z.array(z.string()),
  labels: z.string(),
  pixels: z.string(),
});

/** Fingerprints of the sets a run reads; checkpoints of earlier versions have none. */
export const dataIdentitySchema = z.object({
  train: fingerprint,
  validation: fingerprint.exactOptional(),
  test: fingerprint,
});
export type DataIdentity = z.infer<typeof dataIdentitySchema>;

export function dataIdentityOf({ train, validation, test }: ImageData): DataIdentity {
  return {
    train: fingerprintOf(train),
    ...(validation && { validation: fingerprintOf(validation) }),
    test: fingerprintOf(test),
  };
}

const maxNames = 20;

/** Class names for an error; long lists are truncated. */
export const classList = (names: readonly string[]): string =>
  names.length <= maxNames
    ? names.join(', ')
    : `${names.slice(0, maxNames).join(', ')}, .. (${names.length})`;

const sizeText = ({
  width,
  height,
  channels,
}: Omit<Fingerprint, 'count' | 'classes' | 'labels' | 'pixels'>): string =>
  `${width} x ${height} pixels and ${channels} channel${channels === 1 ? '' : 's'}`;

/** The part of a fingerprint of the training images that checkpoints of every version hold. */
type KnownImages = Pick<Fingerprint, 'height' | 'width' | 'channels' | 'classes'>;

const otherPixels =
  'same labels, other pixels: the files have changed, or an earlier version of meanfield decoded them differently (transparency, CMYK, EXIF orientation)';

function difference(saved: KnownImages & Partial<Fingerprint>, now: Fingerprint): string | undefined {
  if (saved.classes.map(classNameOf).join('\0') !== now.classes.map(classNameOf).join('\0'))
    return `classes then: ${classList(saved.classes)}; now: ${classList(now.classes)}`;
  if (sizeText(saved) !== sizeText(now)) return `${sizeText(saved)} then, ${sizeText(now)} now`;
  if (saved.count !== undefined && saved.count !== now.count)
    return `${saved.count} images then, ${now.count} now`;
  if (saved.labels !== undefined && saved.labels !== now.labels) return 'other labels, or another order';
  if (saved.pixels !== undefined && saved.pixels !== now.pixels) return otherPixels;
  return undefined;
}

/**
 * Checks that a resumed run has its own data: with other data it would be another run.
 *
 * @param state - the state of its checkpoint
 * @throws UsageError that names the first difference
 */
export function checkDataIdentity(
  state: { readonly images: KnownImages; readonly data?: DataIdentity },
  now: DataIdentity,
  run: string,
): void {
  const advice = 'give the folder of its data with --data-dir, or start a new run';
  const reject = (kind: string, what: string): never => {
    throw new UsageError(
      `${run} cannot resume: its ${kind} images differ from those found here (${what}); ${advice}`,
    );
  };
  const train = difference(state.data?.train ?? state.images, now.train);
  if (train !== undefined) reject('training', train);
  if (!state.data) return;
  for (const kind of ['validation', 'test'] as const) {
    const [saved, here] = [state.data[kind], now[kind]];
    if (saved === undefined && here === undefined) continue;
    if (saved === undefined || here === undefined)
      reject(kind, saved ? `${saved.count} images then, none now` : `none then, ${here!.count} images now`);
    const found = difference(saved!, here!);
    if (found !== undefined) reject(kind, found);
  }
}
