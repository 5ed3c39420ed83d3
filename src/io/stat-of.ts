/** File status that tolerates missing paths. */
import { type Stats, statSync } from 'node:fs';

/**
 * Undefined if nothing is there, also below a file (where Node's `throwIfNoEntry: false` throws). @throws for other
 * reasons
 */
export function statOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

export const isFile = (path: string): boolean => statOf(path)?.isFile() ?? false;
export const isFolder = (path: string): boolean => statOf(path)?.isDirectory() ?? false;
