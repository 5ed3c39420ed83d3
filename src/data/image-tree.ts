/** Finds the image files below folders, and the class of each. */
import { existsSync, statSync } from 'node:fs';
import { checkList } from '../check.ts';
import { DataError } from '../errors.ts';
import { classNameOf } from './class-names.ts';
import type { FilePath } from './file-path.ts';
import { displayPath } from './file-path.ts';
import {
  entriesIn,
  FolderWalk,
  type FoundFile,
  type FoundLink,
  type Identity,
  identityOf,
  ancestorIdentities,
  resolved,
} from './folder-walk.ts';
import { imageNameTest } from './image-file.ts';
import { Skipped } from './skipped.ts';
import { checkPath, type PathLike } from '../io/index.ts';

const byPath = (a: FilePath, b: FilePath): number => {
  const [first, second] = [a, b].map((path) => (typeof path === 'string' ? path : path.toString('latin1')));
  return first! < second! ? -1 : first! > second! ? 1 : 0;
};

export interface ImageList {
  readonly files: FilePath[];
  readonly skipped: Skipped;
}

/**
 * Image files under the paths: files in the given order; for folders the files at any depth, each real file once,
 * without hidden files and system clutter.
 *
 * @throws DataError if a path does not exist
 */
export async function listImages(places: readonly PathLike[]): Promise<ImageList> {
  const paths = checkList('paths', places).map((place, i) => checkPath(`paths[${i}]`, place));
  const isImage = await imageNameTest();
  const skipped = new Skipped();
  const seen = new Set<Identity>();
  const files = paths.flatMap((path): FilePath[] => {
    if (!existsSync(path)) throw new DataError(`${displayPath(path)} does not exist`);
    if (!statSync(path).isDirectory()) return [path];
    const walk = new FolderWalk(ancestorIdentities(path), skipped);
    const links: FoundLink[] = [];
    const found: FilePath[] = [];
    const take = (file: FoundFile): void => {
      if (!isImage(file.name)) skipped.add('unreadable', file.path);
      else if (seen.has(file.identity)) skipped.add('repeated', file.path);
      else {
        seen.add(file.identity);
        found.push(file.path);
      }
    };
    for (const file of walk.within(path, links)) take(file);
    for (const file of walk.through(links)) take(file);
    return found.sort(byPath);
  });
  return { files, skipped };
}

/** A part of a labelled set: a folder with one folder per class. */
export interface LabelledPart {
  readonly folder: string;
  /** By class, sorted by name; a class without images has an empty list. */
  readonly classes: ReadonlyMap<string, readonly FilePath[]>;
  readonly skipped: Skipped;
}

interface ClassFolder {
  readonly part: Part;
  readonly name: string;
  readonly path: FilePath;
  readonly links: FoundLink[];
  readonly files: FilePath[];
}

interface Part {
  readonly folder: string;
  readonly walk: FolderWalk;
  readonly skipped: Skipped;
  /** Files of this part. */
  readonly seen: Set<Identity>;
}

/**
 * The labelled files of the parts of a set. A real file counts once, in the part and under the class in whose folder it
 * lies; a file reachable only through links counts where the first link is.
 *
 * @throws DataError if a folder cannot be read
 */
export async function readLabelledParts(folders: readonly string[]): Promise<LabelledPart[]> {
  const isImage = await imageNameTest();
  const forbidden = new Set(folders.flatMap((folder) => [...ancestorIdentities(folder)]));
  const walked = new Set<Identity>();
  const owners = new Map<Identity, string>();
  const take = ({ part, name, files }: ClassFolder, file: FoundFile, linked: boolean): void => {
    const owner = owners.get(file.identity);
    // Two parts may be the same folder: then its files are in both.
    const taken = owner !== undefined && (linked || owner !== name || part.seen.has(file.identity));
    if (!isImage(file.name)) part.skipped.add('unreadable', file.path);
    else if (taken) part.skipped.add('repeated', file.path);
    else {
      owners.set(file.identity, name);
      part.seen.add(file.identity);
      files.push(file.path);
    }
  };
  const parts = folders.map((folder) => partOf(folder, isImage, forbidden, walked));
  // In all parts, files in place come before targets of links.
  for (const { part, real } of parts)
    for (const one of real) for (const file of part.walk.within(one.path, one.links)) take(one, file, false);
  for (const { part, linked } of parts)
    for (const one of linked)
      if (part.walk.follows(one.path, part.folder, resolved(one.path)!))
        for (const file of part.walk.within(one.path, one.links)) take(one, file, true);
  return parts.map(({ part, real, linked }) => {
    const folders = [...real, ...linked].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
    for (const one of folders) for (const file of part.walk.through(one.links)) take(one, file, true);
    // Two folders may be spellings of one name.
    const classes = new Map<string, FilePath[]>();
    for (const { name, files } of folders) classes.set(name, [...(classes.get(name) ?? []), ...files]);
    for (const files of classes.values()) files.sort(byPath);
    return { folder: part.folder, skipped: part.skipped, classes };
  });
}

/** The class names of a part, with or without images. @throws DataError if the folder cannot be read */
export async function classFoldersOf(folder: string): Promise<string[]> {
  const { real, linked } = partOf(folder, await imageNameTest(), ancestorIdentities(folder), new Set());
  return [...new Set([...real, ...linked].map(({ name }) => name))].sort();
}

/** The class folders of a part, and links to folders; a link to an ancestor is not a class. */
function partOf(
  folder: string,
  isImage: (name: string) => boolean,
  forbidden: ReadonlySet<Identity>,
  walked: Set<Identity>,
): { part: Part; real: ClassFolder[]; linked: ClassFolder[] } {
  const skipped = new Skipped();
  const part: Part = {
    folder,
    skipped,
    walk: new FolderWalk(forbidden, skipped, walked),
    seen: new Set(),
  };
  const real: ClassFolder[] = [];
  const linked: ClassFolder[] = [];
  for (const { path, name, kind } of entriesIn(folder)) {
    const target = resolved(path);
    const classFolder = { part, name: classNameOf(name), path, links: [], files: [] };
    if (!target) skipped.add('broken link', path);
    else if (kind === 'folder') real.push(classFolder);
    else if (!target.isDirectory()) skipped.add(isImage(name) ? 'unlabelled' : 'unreadable', path);
    else if (forbidden.has(identityOf(target))) skipped.add('loop', path);
    else linked.push(classFolder);
  }
  return { part, real, linked };
}
