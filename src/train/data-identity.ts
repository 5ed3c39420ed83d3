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

function difference(saved: KnownImages & Partial<Fingerprint>, now: Fingerprint): string | undefined {
  if (saved.classes.map(classNameOf).join('\0') !== now.classes.map(classNameOf).join('\0'))
    return `the classes ${classList(saved.classes)}, here they are ${classList(now.classes)}`;
  if (sizeText(saved) !== sizeText(now)) return `${sizeText(saved)}, here are ${sizeText(now)}`;
  if (saved.count !== undefined && saved.count !== now.count)
    return `${saved.count} images, here are ${now.count}`;
  if (saved.labels !== undefined && saved.labels !== now.labels)
    return 'images with other labels, or in another order';
  if (saved.pixels !== undefined && saved.pixels !== now.pixels)
    return `as many images with the same labels, but other pixels`;
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
  const advice = 'give the folder of its own data with --data-dir, or start a new run';
  const reject = (kind: string, what: string): never => {
    throw new UsageError(`${run} has other data: its ${kind} images were ${what}; ${advice}`);
  };
  const train = difference(state.data?.train ?? state.images, now.train);
  if (train !== undefined) reject('training', train);
  if (!state.data) return;
  for (const kind of ['validation', 'test'] as const) {
    const [saved, here] = [state.data[kind], now[kind]];
    if (saved === undefined && here === undefined) continue;
    if (saved === undefined || here === undefined)
      reject(kind, saved ? `${saved.count}, here are none` : `none, here are ${here!.count}`);
    const found = difference(saved!, here!);
    if (found !== undefined) reject(kind, found);
  }
}
