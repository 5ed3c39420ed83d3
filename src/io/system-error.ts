/** Describes operating system errors in words. */

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'no space left on the device',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'larger than the limit of file sizes (ulimit -f)',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOENT: 'no such file or folder',
  ENOTDIR: 'a part of the path is not a folder',
  EISDIR: 'it is a folder',
  EEXIST: 'it already exists',
  ELOOP: 'its links form a loop',
  ENAMETOOLONG: 'the name is too long',
  EMFILE: 'too many open files: raise the limit (ulimit -n)',
  ENFILE: 'too many open files on this machine',
  EBUSY: 'it is in use',
  ENOMEM: 'no memory left',
};

const verbs: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ['read', 'scandir', 'opendir', 'stat', 'lstat', 'access', 'readlink', 'realpath'].map((one) => [
      one,
      'read',
    ]),
  ),
  ...Object.fromEntries(
    ['write', 'mkdir', 'mkdtemp', 'rename', 'link', 'symlink', 'copyfile', 'ftruncate', 'fsync', 'utime'].map(
      (one) => [one, 'write'],
    ),
  ),
  ...Object.fromEntries(['unlink', 'rmdir', 'rm'].map((one) => [one, 'remove'])),
  spawn: 'start',
};

/** The description of a code such as EACCES; undefined for an unknown one. */
export const reasonOfCode = (code: string | undefined): string | undefined => reasons[code ?? ''];

/** `cannot read runs/x: permission denied` for an operating system error; undefined for any other. */
export function reasonOfSystemError(error: Error): string | undefined {
  const { code, syscall, path, dest } = error as NodeJS.ErrnoException & { readonly dest?: string };
  if (typeof code !== 'string' || typeof syscall !== 'string') return undefined;
  const verb = verbs[syscall.split(' ')[0] ?? ''] ?? syscall;
  const place = dest ?? path;
  return `cannot ${verb}${place === undefined ? '' : ` ${place}`}: ${reasonOfCode(code) ?? error.message}`;
}
