import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DataError, FileError, UsageError } from '../errors.ts';
import { fetchArchive, fetchDataset, type FetchOptions } from './fetch.ts';
import type { Source } from './sources.ts';
import { temporaryFolder } from '../test-folder.ts';

const archive = Buffer.from(Uint32Array.from({ length: 75_000 }, (_, i) => Math.imul(i, 2654435761)).buffer);
const file = 'things.tar.gz';
type Handler = (request: IncomingMessage, response: ServerResponse) => void;

let server: Server;
let address = '';
/** By path; others are 404. */
let pages: Record<string, Handler> = {};
let requests: { path: string; range: string | undefined; encoding: string | undefined }[] = [];
let root = '';

beforeAll(async () => {
  server = createServer((request, response) => {
    const path = request.url ?? '';
    const { range, 'accept-encoding': encoding } = request.headers;
    requests.push({ path, range, encoding: encoding?.toString() });
    const page = pages[path];
    if (page) page(request, response);
    else response.writeHead(404).end();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
});
beforeEach(() => {
  root = temporaryFolder();
  pages = {};
  requests = [];
});

/** Like a real server: the whole file, or the rest from the requested offset. */
const serve =
  (bytes: Buffer): Handler =>
  ({ headers: { range } }, response) => {
    const from = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? -1);
    if (from >= bytes.length) response.writeHead(416).end();
    else if (from >= 0)
      response
        .writeHead(206, {
          'Content-Range': `bytes ${from}-${bytes.length - 1}/${bytes.length}`,
          'Content-Length': bytes.length - from,
        })
        .end(bytes.subarray(from));
    else response.writeHead(200, { 'Content-Length': bytes.length }).end(bytes);
  };
const ignoreRange: Handler = (_, response) => response.writeHead(200).end(archive);
const fail =
  (code: number): Handler =>
  (_, response) =>
    response.writeHead(code).end('no');
/** Sends the beginning, waits until it is delivered, and breaks the connection. */
const breakOff: Handler = (_, response) => {
  response.writeHead(200, { 'Content-Length': archive.length });
  response.write(archive.subarray(0, 100_000), () => {
    setTimeout(() => response.destroy(), 100);
  });
};

const source = (...paths: string[]): Source => ({
  file,
  urls: paths.map((path) => (path.startsWith('http') ? path : address + path)),
  bytes: archive.length,
  sha256: createHash('sha256').update(archive).digest('hex'),
});
const get = (from: Source, options?: FetchOptions): ReturnType<typeof fetchArchive> =>
  fetchArchive('things', from, root, options);
const path = (): string => join(root, file);
const part = (): string => `${path()}.part`;

async function failure(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => {
      throw new Error('nothing was thrown');
    },
    (error: unknown) => error as Error,
  );
}

/** The archive is there, without temporary files. */
function expectWhole(): void {
  expect(readFileSync(path()).equals(archive)).toBe(true);
  expect(readdirSync(root)).toEqual([file]);
}

describe('a download', () => {
  it('arrives complete, with progress up to its size', async () => {
    pages['/a'] = serve(archive);
    const progress: [number, number][] = [];
    const fetched = await get(source('/a'), { onProgress: (done, total) => progress.push([done, total]) });
    expect(fetched).toEqual({ name: 'things', path: path(), cached: false, sha256: source().sha256 });
    expectWhole();
    expect(progress.at(-1)).toEqual([archive.length, archive.length]);
    expect(progress.map(([done]) => done)).toEqual(progress.map(([done]) => done).sort((a, b) => a - b));
  });
  it('requests the identity encoding, so that no server unpacks it', async () => {
    pages['/a'] = serve(archive);
    await get(source('/a'));
    expect(requests).toEqual([{ path: '/a', range: undefined, encoding: 'identity' }]);
  });
  it('creates its folder', async () => {
    pages['/a'] = serve(archive);
    const { path: where } = await fetchArchive('things', source('/a'), join(root, 'new', 'folder'));
    expect(readFileSync(where).equals(archive)).toBe(true);
  });
  it('into a folder that cannot be created is refused by its name', async () => {
    writeFileSync(join(root, 'blocked'), '');
    const error = await failure(fetchArchive('things', source('/a'), join(root, 'blocked', 'folder')));
    expect(error).toBeInstanceOf(FileError);
    expect(error.message).toMatch(/cannot write .*blocked\/folder/);
  });
  it('of an existing file sends no request', async () => {
    writeFileSync(path(), archive);
    expect((await get(source('/a'))).cached).toBe(true);
    expect(requests).toEqual([]);
  });
  it("leaves a file with the archive's name but other content, and says what to do", async () => {
    for (const bytes of [Buffer.alloc(archive.length), Buffer.alloc(3)]) {
      writeFileSync(path(), bytes);
      const error = await failure(get(source('/a')));
      expect(error).toBeInstanceOf(DataError);
      expect(error.message).toMatch(/has (the wrong checksum|3 bytes).*remove or move it.*fetch again/);
      expect(readFileSync(path()).equals(bytes)).toBe(true);
    }
  });
});

describe('a broken connection', () => {
  it('keeps the partial file, says so, and the next attempt resumes', async () => {
    pages['/a'] = breakOff;
    const error = await failure(get(source('/a')));
    const kept = statSync(part()).size;
    expect(kept).toBeGreaterThan(0);
    expect(kept).toBeLessThanOrEqual(100_000);
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toContain(`${kept} bytes are kept in ${part()}`);
    expect(existsSync(path())).toBe(false);
    pages['/a'] = serve(archive);
    const progress: number[] = [];
    await get(source('/a'), { onProgress: (done) => progress.push(done) });
    expectWhole();
    expect(requests.at(-1)?.range).toBe(`bytes=${kept}-`);
    expect(progress[0]).toBeGreaterThan(kept);
    expect(progress.at(-1)).toBe(archive.length);
  });
  it('is resumed from the next URL', async () => {
    pages['/a'] = breakOff;
    pages['/b'] = serve(archive);
    await get(source('/a', '/b'));
    expectWhole();
    expect(requests.at(-1)?.range).toMatch(/^bytes=[1-9]\d*-$/);
  });
  it('restarts if the server ignores the range', async () => {
    writeFileSync(part(), archive.subarray(0, 1234));
    pages['/a'] = ignoreRange;
    await get(source('/a'));
    expectWhole();
    expect(requests.map(({ range }) => range)).toEqual(['bytes=1234-']);
  });
  it('is not resumed with bytes of another file', async () => {
    writeFileSync(part(), archive.subarray(0, 1234));
    pages['/a'] = (_, response) =>
      response.writeHead(206, { 'Content-Range': `bytes 1000-${archive.length - 1}/*` }).end(archive);
    expect((await failure(get(source('/a')))).message).toMatch(/asked for bytes from 1234, got bytes 1000-/);
    expect(readFileSync(part()).equals(archive.subarray(0, 1234))).toBe(true);
  });
  it('of a resumed download keeps the partial file', async () => {
    writeFileSync(part(), archive.subarray(0, 1000));
    pages['/a'] = (_, response) =>
      response.writeHead(206, { 'Content-Range': 'bytes 1000-1999/*' }).end(archive.subarray(1000, 2000));
    expect((await failure(get(source('/a')))).message).toMatch(/ended after 2000 of 300000 bytes/);
    expect(readFileSync(part()).equals(archive.subarray(0, 2000))).toBe(true);
  });
});

describe('the partial file of an earlier attempt', () => {
  it.each([
    ['of another file', Buffer.alloc(5000, 7)],
    ['as long as the archive, but wrong', Buffer.alloc(300_000, 7)],
    ['longer than the archive', Buffer.alloc(300_001, 7)],
  ])('%s is fetched again from the same URL', async (_, bytes) => {
    writeFileSync(part(), bytes);
    pages['/a'] = serve(archive);
    await get(source('/a'));
    expectWhole();
    expect(requests.at(-1)?.range).toBeUndefined();
  });
  it('that is complete needs no download', async () => {
    writeFileSync(part(), archive);
    await get(source('/a'));
    expectWhole();
    expect(requests).toEqual([]);
  });
  it('is dropped if the server cannot satisfy the range', async () => {
    writeFileSync(part(), archive.subarray(0, 5000));
    let calls = 0;
    pages['/a'] = (request, response) => {
      if (calls++ === 0) response.writeHead(416).end();
      else serve(archive)(request, response);
    };
    await get(source('/a'));
    expectWhole();
    expect(requests.map(({ range }) => range)).toEqual(['bytes=5000-', undefined]);
  });
});

describe('URLs', () => {
  it('are tried in order, mirrors first, and each failure is reported', async () => {
    pages['/mirror/things.tar.gz'] = fail(503);
    pages['/a'] = serve(archive);
    const said: string[] = [];
    await get(source('/a'), { mirrors: [`${address}/mirror/`], onRetry: (text) => said.push(text) });
    expectWhole();
    expect(said).toEqual([`${address}/mirror/things.tar.gz: HTTP 503 Service Unavailable`]);
    expect(requests.map((request) => request.path)).toEqual(['/mirror/things.tar.gz', '/a']);
  });
  it('of a mirror may be the file or its folder, with or without a query', async () => {
    const folders = ['/m', '/m/', '/m/things.tar.gz', '/m?key=1', '/m/things.tar.gz?key=1'];
    await failure(get(source('/a'), { mirrors: folders.map((folder) => address + folder) }));
    expect(requests.map((request) => request.path)).toEqual([
      '/m/things.tar.gz',
      '/m/things.tar.gz',
      '/m/things.tar.gz',
      '/m/things.tar.gz?key=1',
      '/m/things.tar.gz?key=1',
      '/a',
    ]);
  });
  it('that are invalid are refused before any request', async () => {
    const error = await failure(get(source('/a'), { mirrors: ['my mirror'] }));
    expect(error).toBeInstanceOf(UsageError);
    expect(error.message).toMatch(/my mirror/);
    expect(requests).toEqual([]);
  });
  it('with wrong bytes leave no partial file, and the next one is used', async () => {
    pages['/short'] = serve(Buffer.from('<html>sign in</html>'));
    pages['/wrong'] = serve(Buffer.alloc(archive.length));
    const error = await failure(get(source('/short', '/wrong')));
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toMatch(/the server has 20 bytes, expected 300000/);
    expect(error.message).toMatch(/has the wrong checksum: SHA-256 [0-9a-f]{64}, expected [0-9a-f]{64}/);
    expect(readdirSync(root)).toEqual([]);
    pages['/a'] = serve(archive);
    await get(source('/short', '/wrong', '/a'));
    expectWhole();
  });
  it('that answer with an HTML page leave the partial file unchanged', async () => {
    pages['/page'] = (_, response) => response.writeHead(200, { 'Content-Length': 20 }).end('x'.repeat(20));
    writeFileSync(part(), archive.subarray(0, 777));
    await failure(get(source('/page')));
    expect(readFileSync(part()).equals(archive.subarray(0, 777))).toBe(true);
    pages['/silent'] = (_, response) => response.writeHead(200).end('x'.repeat(20));
    expect((await failure(get(source('/silent')))).message).toMatch(/has 20 bytes, the archive 300000/);
  });
  it('that all fail are all listed, with what to do', async () => {
    pages['/a'] = fail(503);
    writeFileSync(part(), archive.subarray(0, 777));
    const closed = 'http://127.0.0.1:1/x';
    const error = await failure(get(source('/a', '/missing', closed)));
    expect(error).toBeInstanceOf(DataError);
    for (const words of [
      `${address}/a: HTTP 503`,
      `${address}/missing: HTTP 404`,
      `${closed}: `,
      `777 bytes are kept in ${part()}, and the next attempt resumes from there`,
      '--mirror URL',
      `put ${file} into ${root}`,
    ])
      expect(error.message).toContain(words);
    expect(error.message).not.toContain('\n');
    expect(readFileSync(part()).equals(archive.subarray(0, 777))).toBe(true);
  });
  it('without a server are reported with the reason', async () => {
    // A port that was free a moment ago.
    const other = createServer();
    await new Promise<void>((done) => other.listen(0, '127.0.0.1', done));
    const { port } = other.address() as AddressInfo;
    await new Promise((done) => other.close(done));
    const error = await failure(get(source(`http://127.0.0.1:${port}/a`)));
    expect(error.message).toMatch(/ECONNREFUSED/);
  });
});

it('the error for a data set without a published archive lists the fetchable names', async () => {
  mkdirSync(join(root, 'd'));
  const error = await failure(fetchDataset('cifar11', join(root, 'd')));
  expect(error).toBeInstanceOf(UsageError);
  expect(error.message).toMatch(/did you mean cifar10\?/);
  expect(readdirSync(join(root, 'd'))).toEqual([]);
});
