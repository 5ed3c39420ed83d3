/** Reports disk failures in one line. */
import { FileError, MeanfieldError } from '../errors.ts';
import { reasonOfCode } from '../io/index.ts';

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'no space left on the disk; free some, then resume the run from its last checkpoint',
  EDQUOT: 'the disk quota is used up; free some space, then resume the run from its last checkpoint',
  EACCES: 'permission denied; choose another --output folder',
  EROFS: 'the file system is read-only; choose another --output folder',
  EEXIST: 'it is a file, not a folder',
  ENOTDIR: 'a part of the path is a file, not a folder',
  ENOENT: 'the run folder is gone; was it moved or deleted while the run was writing?',
};

/** Runs `action`; a file system error becomes a FileError that names the file. */
export function withFileErrors<T>(what: string, file: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof MeanfieldError) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    const reason =
      (code && reasons[code]) ??
      reasonOfCode(code) ??
      (error instanceof Error ? error.message : String(error));
    throw new FileError(`cannot ${what} ${file}: ${reason}`, error);
  }
}
