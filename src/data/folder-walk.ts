/**
 * Walks folders made by others: each real file once, however many links lead to it. A file is identified by device and
 * inode. Real contents of folders come before links, so that a file counts where it lies.
 */
import { type BigIntStats, lstatSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DataError } from '../errors.ts';
import { joinPath, type FilePath, decodeFileName, displayPath } from './file-path.ts';
import type { Skipped } from './skipped.ts';

/** Files that operating systems, file servers and notebooks leave in folders, besides hidden files. */
const clutter = new Set([
  '__macosx',
  'thumbs.db',
  'ehthumbs.db',
  'desktop.ini',
  'icon\r',
  '@eadir',
  '$recycle.bin',
  'system volume information',
  'lost+found',
  '__pycache__',
]);

export const isClutter = (name: string): boolean => name.startsWith('.') || clutter.has(name.toLowerCase());

export type Identity = string;
export const identityOf = ({ dev, ino }: BigIntStats): Identity => `${dev}:${ino}`;

/** Status of a link's target; undefined if there is none. */
export function resolved(path: FilePath): BigIntStats | undefined {
  try {
    return statSync(path, { bigint: true });
  } catch {
    // A dangling link, or one in a cycle of links.
    return undefined;
  }
}

export interface FoundFile {
  readonly path: FilePath;
  readonly name: string;
  readonly identity: Identity;
}

interface FoundEntry {
  readonly path: FilePath;
  readonly name: string;
  readonly kind: 'file' | 'folder' | 'link';
}

/**
 * The contents of a folder by name, without clutter and without anything but files, folders and links. @throws
 * DataError if it cannot be read
 */
export function entriesIn(folder: FilePath): FoundEntry[] {
  try {
    return readdirSync(folder, { withFileTypes: true, encoding: 'buffer' })
      .flatMap((entry): FoundEntry[] => {
        const name = decodeFileName(entry.name);
        const kind = entry.isFile()
          ? 'file'
          : entry.isDirectory()
            ? 'folder'
            : entry.isSymbolicLink()
              ? 'link'
              : undefined;
        return kind === undefined || isClutter(name)
          ? []
          : [{ path: joinPath(folder, entry.name), name, kind }];
      })
      .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  } catch (cause) {
    throw new DataError(
      `${displayPath(folder)} cannot be read: ${(cause as NodeJS.ErrnoException).code ?? String(cause)}`,
      cause,
    );
  }
}

/** The identities of a folder and of all its ancestors. */
export function ancestorIdentities(folder: FilePath): Set<Identity> {
  // Latin-1 preserves any bytes.
  let path = realpathSync(folder, { encoding: 'buffer' }).toString('latin1');
  const identities = new Set<Identity>();
  for (;;) {
    const stats = resolved(Buffer.from(path, 'latin1'));
    if (stats) identities.add(identityOf(stats));
    const above = dirname(path);
    if (above === path) return identities;
    path = above;
  }
}

/** A link found during the walk, and the folder that contains it. */
export interface FoundLink {
  readonly path: FilePath;
  readonly name: string;
  readonly from: FilePath;
}

/** Walks folders, each real one once. */
export class FolderWalk {
  readonly #folders = new Set<Identity>();
  readonly #walked: Set<Identity>;
  readonly #forbidden: ReadonlySet<Identity>;
  readonly #skipped: Skipped;

  /**
   * @param forbidden - folders that no link may lead to
   * @param walked - folders seen by this walk and others: links to them are not followed
   */
  constructor(forbidden: ReadonlySet<Identity>, skipped: Skipped, walked = new Set<Identity>()) {
    this.#forbidden = forbidden;
    this.#skipped = skipped;
    this.#walked = walked;
  }

  /** The real files at any depth. @param links - receives the links found */
  *within(folder: FilePath, links: FoundLink[]): Generator<FoundFile> {
    const open: FilePath[] = [folder];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const stats = resolved(next);
      if (!stats || this.#folders.has(identityOf(stats))) continue;
      this.#folders.add(identityOf(stats));
      this.#walked.add(identityOf(stats));
      for (const { path, name, kind } of entriesIn(next)) {
        if (kind === 'folder') open.push(path);
        else if (kind === 'link') links.push({ path, name, from: next });
        else yield { path, name, identity: identityOf(lstatSync(path, { bigint: true })) };
      }
    }
  }

  /** Whether to follow a link to that folder; if not, the reason is recorded. @param from - the folder of the link */
  follows(path: FilePath, from: FilePath, target: BigIntStats): boolean {
    const identity = identityOf(target);
    const loop = this.#forbidden.has(identity) || ancestorIdentities(from).has(identity);
    if (!loop && !this.#walked.has(identity)) return true;
    this.#skipped.add(loop ? 'loop' : 'repeated', path);
    return false;
  }

  /** The files that links lead to, including through nested links. */
  *through(links: readonly FoundLink[]): Generator<FoundFile> {
    const waiting = [...links];
    for (let link = waiting.shift(); link !== undefined; link = waiting.shift()) {
      const { path, name, from } = link;
      const target = resolved(path);
      if (!target) this.#skipped.add('broken link', path);
      else if (target.isFile()) yield { path, name, identity: identityOf(target) };
      else if (target.isDirectory() && this.follows(path, from, target)) yield* this.within(path, waiting);
    }
  }
}
