/** Class names, and which classes of a set have images. */
import { checkText, fewOf, oneLine } from '../check.ts';
import type { ImageData } from './types.ts';

/**
 * The name in a canonical Unicode spelling: macOS writes an accented letter as letter and accent (NFD), others as one
 * character (NFC).
 */
export const classNameOf = (name: string): string => checkText('the name of a class', name).normalize('NFC');

/** `the class bee`, `the classes bee, wasp` */
export const formatClassNames = (names: readonly string[]): string =>
  `the class${names.length > 1 ? 'es' : ''} ${fewOf(names.map(oneLine))}`;

const parts = [
  ['train', 'the training set'],
  ['validation', 'the validation set'],
  ['test', 'the test set'],
] as const;

/** A line for each part that lacks images of some class. */
export function missingClasses(sets: Partial<Pick<ImageData, 'train' | 'validation' | 'test'>>): string[] {
  return parts.flatMap(([part, inWords]) => {
    const set = sets[part];
    const present = new Set(set?.labels);
    const missing = set?.classes.filter((_, c) => !present.has(c)) ?? [];
    return missing.length > 0 ? [`${inWords} has no images of ${formatClassNames(missing)}`] : [];
  });
}
