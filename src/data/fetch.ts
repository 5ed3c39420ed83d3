/** Downloads of published archives: resumed, from mirrors, checked; files already there are used as they are. */
import { createWriteStream, existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { checkOneOf } from '../check.ts';
import { DataError } from '../errors.ts';
import { sha256OfFile, writeError } from '../io/index.ts';
import { type Source, sources } from './sources.ts';

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

/** Fetches by name into `dataDir`. @throws DataError if every address fails, or what came is not the archive */
export async function fetchDataset(
  name: string,
  dataDir: string,
  options: FetchOptions = {},
): Promise<Fetched> {
  const source = sources[checkOneOf('dataset to fetch', name, Object.keys(sources))]!;
  return fetchArchive(name, source, dataDir, options);
}

/** As {@link fetchDataset}, for any source. */
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
  mkdirSync(dataDir, { recursive: true });
  const part = `${path}.part`;
  const urls = [
    ...mirrors.map((url) =>
      basename(new URL(url).pathname) === source.file ? url : `${url.replace(/\/$/, '')}/${source.file}`,
    ),
    ...source.urls,
  ];
  const failures: string[] = [];
  for (const url of urls) {
    try {
      await download(url, part, source.bytes, onProgress);
      await check(part, source, 'another address was tried, if there is one');
      renameSync(part, path);
      return { name, path, already: false, sha256: source.sha256 };
    } catch (error) {
      if (error instanceof WrongContent) rmSync(part, { force: true });
      const reason = error instanceof Error ? error.message : String(error);
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
      headers: have > 0 ? { Range: `bytes=${have}-` } : {},
    });
    if (!response.ok || !response.body)
      throw new Error(`HTTP ${response.status} ${response.statusText}`.trim());
    // A server that ignores the range sends all of it: then the file starts again.
    const append = response.status === 206 && have > 0;
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
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOSPC' || code === 'EACCES') throw writeError(part, error);
    const { cause } = error as { cause?: unknown };
    throw cause instanceof Error ? new Error(cause.message, { cause: error }) : error;
  } finally {
    clearTimeout(timer);
  }
}
