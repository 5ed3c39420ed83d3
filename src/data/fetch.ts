/** Downloads of published archives: resumed, from mirrors, checked; files already there are used as they are. */
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
import { type Publication, type Source, sources } from './sources.ts';

export interface FetchOptions {
  /** Addresses to try before the published one: of the archive, or of a folder that has it. */
  readonly mirrors?: readonly string[];
  readonly onProgress?: (done: number, total: number) => void;
  /** Told when an address fails and the next is tried. */
  readonly say?: (text: string) => void;
}

export interface Fetched {
  readonly name: string;
  readonly path: string;
  /** The file was there and right; nothing was downloaded. */
  readonly already: boolean;
  readonly sha256: string;
}

export interface FetchedDataset {
  readonly name: string;
  /** The file, or the folder of the files if there are several. */
  readonly path: string;
  /** All files were there and right; nothing was downloaded. */
  readonly already: boolean;
  readonly files: readonly Fetched[];
}

/**
 * Fetches by name into `dataDir`.
 *
 * @throws DataError if every address fails, or what came is not what was published; UsageError for a mirror that is no address
 */
export async function fetchDataset(
  name: string,
  dataDir: PathLike,
  options: FetchOptions = {},
): Promise<FetchedDataset> {
  return fetchPublication(
    name,
    sources[checkOneOf('dataset to fetch', name, Object.keys(sources))]!,
    checkPath('dataDir', dataDir),
    options,
  );
}

/** As {@link fetchDataset}, for any publication. */
export async function fetchPublication(
  name: string,
  { folder, files: published }: Publication,
  dataDir: string,
  options: FetchOptions = {},
): Promise<FetchedDataset> {
  const total = published.reduce((sum, { bytes }) => sum + bytes, 0);
  const inside = join(dataDir, folder);
  const files: Fetched[] = [];
  let before = 0;
  for (const source of published) {
    const from = before;
    const onProgress = (done: number): void => options.onProgress?.(from + done, total);
    files.push(await fetchArchive(name, source, inside, { ...options, onProgress }));
    before += source.bytes;
  }
  const path = files.length === 1 ? files[0]!.path : inside;
  return { name, path, already: files.every((file) => file.already), files };
}

/** One published file, into a folder. */
export async function fetchArchive(
  name: string,
  source: Source,
  dataDir: string,
  { mirrors = [], onProgress, say }: FetchOptions = {},
): Promise<Fetched> {
  const path = join(dataDir, source.file);
  if (existsSync(path)) {
    await check(path, source, `remove it, or keep it elsewhere, and fetch again`);
    return { name, path, already: true, sha256: source.sha256 };
  }
  const urls = [...mirrors.map((mirror) => addressAt(mirror, source.file)), ...source.urls];
  makeFolder(dataDir);
  const part = `${path}.part`;
  // More bytes than the archive has are not the beginning of it.
  if (existsSync(part) && statSync(part).size > source.bytes) rmSync(part);
  const failures: string[] = [];
  for (const url of urls) {
    try {
      await downloadRight(url, part, source, onProgress);
      syncFile(part);
      renameSync(part, path);
      return { name, path, already: false, sha256: source.sha256 };
    } catch (error) {
      if (error instanceof WrongContent) rmSync(part, { force: true });
      const reason = reasonOf(error);
      failures.push(`${url}: ${reason}`);
      say?.(`${url}: ${reason}`);
    }
  }
  const kept = existsSync(part)
    ? `; ${statSync(part).size} bytes are kept in ${part}, and the next try goes on from there`
    : '';
  throw new DataError(
    `${name} could not be fetched (${failures.join('; ')})${kept}; give a mirror with --mirror URL, or put ${source.file} into ${dataDir}`,
  );
}

/** A mirror's address of the file: the mirror is a folder, or the file itself. */
function addressAt(mirror: string, file: string): string {
  if (!URL.canParse(mirror)) throw new UsageError(`the mirror ${mirror} is no address: give https://...`);
  const url = new URL(mirror);
  if (basename(url.pathname) !== file) url.pathname = `${url.pathname.replace(/\/$/, '')}/${file}`;
  return url.href;
}

/** What failed, also where only the attempts inside of it say so. */
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

/** Downloads and checks. What an earlier try left may be of something else: then all of it is fetched again. */
async function downloadRight(
  url: string,
  part: string,
  source: Source,
  onProgress: FetchOptions['onProgress'],
): Promise<void> {
  const resumed = existsSync(part) && statSync(part).size > 0;
  const once = async (): Promise<void> => {
    await download(url, part, source.bytes, onProgress);
    await check(part, source, 'another address was tried, if there is one');
  };
  try {
    await once();
  } catch (error) {
    if (!resumed || !(error instanceof WrongContent)) throw error;
    rmSync(part, { force: true });
    await once();
  }
}

/** Complete, but not what was published: going on from it makes no sense. */
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

/** Seconds without a byte after which an address is given up. */
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
      // The archive itself is wanted, not unpacked on the way.
      headers: { 'Accept-Encoding': 'identity', ...(have > 0 && { Range: `bytes=${have}-` }) },
    });
    if (response.status === 416) throw new WrongContent(`${url} has no bytes from ${have} on`);
    if (!response.ok || !response.body)
      throw new Error(`HTTP ${response.status} ${response.statusText}`.trim());
    // A server that ignores the range sends all of it: then the file starts again.
    const append = response.status === 206 && have > 0;
    const range = response.headers.get('content-range');
    if (append && range && !range.startsWith(`bytes ${have}-`))
      throw new Error(`asked for bytes from ${have}, got ${range}`);
    // A page that says "log in" comes with 200, too: nothing kept is overwritten by it.
    const offered = response.headers.get('content-length');
    const needed = append ? total - have : total;
    if (offered !== null && Number(offered) !== needed)
      throw new Error(`the server offers ${offered} bytes, ${needed} are needed`);
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
    // A connection may end early without an error; what came is a beginning to go on from.
    if (append && done < total) throw new Error(`the connection ended after ${done} of ${total} bytes`);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOSPC' || code === 'EACCES') throw writeError(part, error);
    const { cause } = error as { cause?: unknown };
    throw cause instanceof Error ? new Error(reasonOf(cause), { cause: error }) : error;
  } finally {
    clearTimeout(timer);
    // An answer that is not wanted would keep its connection open.
    abort.abort();
  }
}
