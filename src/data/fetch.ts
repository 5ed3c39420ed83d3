/**
 * Downloads published archives: resumable, from mirrors, with checksums. Existing files are used unchanged, and a
 * complete copy in any layout is enough.
 */
import {
  closeSync,
  createWriteStream,
  existsSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { checkOneOf } from '../check.ts';
import { DataError, UsageError } from '../errors.ts';
import { checkPath, makeFolder, type PathLike, sha256OfFile, writeError } from '../io/index.ts';
import { existingCopy } from './existing.ts';
import { type Publication, type Source, sources } from './sources.ts';

export interface FetchOptions {
  /** URLs to try before the published one: of the archive, or of a folder that contains it. */
  readonly mirrors?: readonly string[];
  readonly onProgress?: (done: number, total: number) => void;
  /** Called when a URL fails and the next one is tried. */
  readonly onRetry?: (reason: string) => void;
}

export interface FetchedFile {
  readonly name: string;
  readonly path: string;
  /** Whether the file existed and was correct, so that nothing was downloaded. */
  readonly cached: boolean;
  readonly sha256: string;
}

export interface FetchedDataset {
  readonly name: string;
  /** The file, or the folder of the files if there are several. */
  readonly path: string;
  /** Whether the set was there and complete, so that nothing was downloaded. */
  readonly cached: boolean;
  /** Empty if a complete copy in another layout was there. */
  readonly files: readonly FetchedFile[];
}

/**
 * Fetches a data set by name into `dataDir`, unless all of its images are there in any layout.
 *
 * @throws DataError if a copy is damaged, every URL fails, or the download differs from the published file; UsageError for an invalid
 * mirror URL
 */
export async function fetchDataset(
  name: string,
  dataDir: PathLike,
  options: FetchOptions = {},
): Promise<FetchedDataset> {
  const publication = sources[checkOneOf('dataset to fetch', name, Object.keys(sources))]!;
  const folder = checkPath('dataDir', dataDir);
  const path = await existingCopy(name, folder, publication);
  if (path !== undefined) return { name, path, cached: true, files: [] };
  return fetchPublication(name, publication, folder, options);
}

/** Like {@link fetchDataset}, for any publication. */
export async function fetchPublication(
  name: string,
  { folder, files: published }: Omit<Publication, 'images'>,
  dataDir: string,
  options: FetchOptions = {},
): Promise<FetchedDataset> {
  const total = published.reduce((sum, { bytes }) => sum + bytes, 0);
  const inside = join(dataDir, folder);
  const files: FetchedFile[] = [];
  let before = 0;
  for (const source of published) {
    const from = before;
    const onProgress = (done: number): void => options.onProgress?.(from + done, total);
    files.push(await fetchArchive(name, source, inside, { ...options, onProgress }));
    before += source.bytes;
  }
  const path = files.length === 1 ? files[0]!.path : inside;
  return { name, path, cached: files.every((file) => file.cached), files };
}

/** Fetches one published file into a folder. */
export async function fetchArchive(
  name: string,
  source: Source,
  dataDir: string,
  { mirrors = [], onProgress, onRetry }: FetchOptions = {},
): Promise<FetchedFile> {
  const path = join(dataDir, source.file);
  if (existsSync(path)) {
    await check(path, source, `remove or move it, and fetch again`);
    return { name, path, cached: true, sha256: source.sha256 };
  }
  const urls = [...mirrors.map((mirror) => addressAt(mirror, source.file)), ...source.urls];
  makeFolder(dataDir);
  const part = `${path}.part`;
  // A partial file that is longer than the archive is not its beginning.
  if (existsSync(part) && statSync(part).size > source.bytes) rmSync(part);
  const failures: string[] = [];
  for (const url of urls) {
    try {
      await downloadRight(url, part, source, onProgress);
      syncFile(part);
      renameSync(part, path);
      return { name, path, cached: false, sha256: source.sha256 };
    } catch (error) {
      if (error instanceof WrongContent) rmSync(part, { force: true });
      const reason = reasonOf(error);
      failures.push(`${url}: ${reason}`);
      onRetry?.(`${url}: ${reason}`);
    }
  }
  const kept = existsSync(part)
    ? `; ${statSync(part).size} bytes are kept in ${part}, and the next attempt resumes from there`
    : '';
  throw new DataError(
    `${name} could not be fetched (${failures.join('; ')})${kept}; give a mirror with --mirror URL, or put ${source.file} into ${dataDir}`,
  );
}

/** The URL of a file on a mirror: the mirror is a folder, or the file itself. */
function addressAt(mirror: string, file: string): string {
  if (!URL.canParse(mirror)) throw new UsageError(`the mirror ${mirror} is not a URL: give https://...`);
  const url = new URL(mirror);
  if (basename(url.pathname) !== file) url.pathname = `${url.pathname.replace(/\/$/, '')}/${file}`;
  return url.href;
}

/** The reason of a failure, even if only the nested errors give it. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && !error.message) return error.errors.map(reasonOf).join(', ');
  return error instanceof Error ? error.message : String(error);
}

function syncFile(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/**
 * Downloads and verifies. If the partial file of an earlier attempt turns out to be of another file, everything is
 * fetched again.
 */
async function downloadRight(
  url: string,
  part: string,
  source: Source,
  onProgress: FetchOptions['onProgress'],
): Promise<void> {
  const resumed = existsSync(part) && statSync(part).size > 0;
  const once = async (): Promise<void> => {
    await download(url, part, source.bytes, onProgress);
    await check(part, source, 'the next URL was tried, if any');
  };
  try {
    await once();
  } catch (error) {
    if (!resumed || !(error instanceof WrongContent)) throw error;
    rmSync(part, { force: true });
    await once();
  }
}

/** Complete, but wrong: resuming would be pointless. */
class WrongContent extends DataError {}

async function check(file: string, { bytes, sha256 }: Source, advice: string): Promise<void> {
  const { size } = statSync(file);
  if (size !== bytes) throw new WrongContent(`${file} has ${size} bytes, the archive ${bytes}; ${advice}`);
  const actual = await sha256OfFile(file);
  if (actual !== sha256)
    throw new WrongContent(
      `${file} has the wrong checksum: SHA-256 ${actual}, expected ${sha256}; ${advice}`,
    );
}

/** A connection that delivers no byte for this many seconds is given up. */
const silence = 60;

async function download(
  url: string,
  part: string,
  total: number,
  onProgress: FetchOptions['onProgress'],
): Promise<void> {
  const have = existsSync(part) ? statSync(part).size : 0;
  if (have === total) return;
  const abort = new AbortController();
  let timer = setTimeout(() => {
    abort.abort(new Error(`no answer for ${silence} s`));
  }, 1000 * silence);
  const alive = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      abort.abort(new Error(`no data for ${silence} s`));
    }, 1000 * silence);
  };
  try {
    const response = await fetch(url, {
      signal: abort.signal,
      // Request the archive itself, not unpacked in transit.
      headers: { 'Accept-Encoding': 'identity', ...(have > 0 && { Range: `bytes=${have}-` }) },
    });
    if (response.status === 416) throw new WrongContent(`${url} has no bytes after ${have}`);
    if (!response.ok || !response.body)
      throw new Error(`HTTP ${response.status} ${response.statusText}`.trim());
    // A server that ignores the range sends the whole file: then the file is restarted.
    const append = response.status === 206 && have > 0;
    const range = response.headers.get('content-range');
    if (append && range && !range.startsWith(`bytes ${have}-`))
      throw new Error(`asked for bytes from ${have}, got ${range}`);
    // A login page also has status 200: it must not overwrite the partial file.
    const offered = response.headers.get('content-length');
    const needed = append ? total - have : total;
    if (offered !== null && Number(offered) !== needed)
      throw new Error(`the server has ${offered} bytes, expected ${needed}`);
    let done = append ? have : 0;
    const count = new Transform({
      transform(chunk: Uint8Array, _encoding, next) {
        alive();
        done += chunk.length;
        onProgress?.(done, total);
        next(null, chunk);
      },
    });
    await pipeline(
      Readable.fromWeb(response.body),
      count,
      createWriteStream(part, { flags: append ? 'a' : 'w' }),
    );
    // A connection may end early without an error; the partial file can be resumed.
    if (append && done < total) throw new Error(`the connection ended after ${done} of ${total} bytes`);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOSPC' || code === 'EACCES') throw writeError(part, error);
    const { cause } = error as { cause?: unknown };
    throw cause instanceof Error ? new Error(reasonOf(cause), { cause: error }) : error;
  } finally {
    clearTimeout(timer);
    // An unread response would keep its connection open.
    abort.abort();
  }
}
