import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DataError } from '../errors.ts';
import { fetchPublication } from './fetch.ts';
import { type Publication, sources } from './sources.ts';
import { temporaryFolder } from '../test-folder.ts';

const contents: Readonly<Record<string, Buffer>> = {
  'a.gz': Buffer.alloc(1000, 1),
  'b.gz': Buffer.alloc(200, 2),
  'c.gz': Buffer.alloc(50, 3),
};
let server: Server;
let address = '';
let root = '';
let asked: string[] = [];
let broken: string | undefined;

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    const bytes = contents[(request.url ?? '').replace(/^\/(x|mirror)\//, '')];
    if (!bytes || request.url?.endsWith(`/${broken ?? '-'}`)) response.writeHead(404).end();
    else response.writeHead(200, { 'Content-Length': bytes.length }).end(bytes);
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
  asked = [];
  broken = undefined;
});

const publication = (base = '/x'): Omit<Publication, 'images'> => ({
  folder: 'things',
  files: Object.entries(contents).map(([file, bytes]) => ({
    file,
    urls: [`${address}${base}/${file}`],
    bytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  })),
});

describe('a set of several files', () => {
  it('is fetched into a folder of its own, with progress over all files', async () => {
    const progress: [number, number][] = [];
    const fetched = await fetchPublication('things', publication(), root, {
      onProgress: (done, total) => progress.push([done, total]),
    });
    expect(fetched).toMatchObject({ name: 'things', path: join(root, 'things'), cached: false });
    expect(fetched.files.map(({ path }) => path)).toEqual(
      Object.keys(contents).map((file) => join(root, 'things', file)),
    );
    for (const [file, bytes] of Object.entries(contents))
      expect(readFileSync(join(root, 'things', file)).equals(bytes)).toBe(true);
    expect(progress).toContainEqual([1000, 1250]);
    expect(progress).toContainEqual([1200, 1250]);
    expect(progress.at(-1)).toEqual([1250, 1250]);
  });
  it('fetches only the missing files', async () => {
    mkdirSync(join(root, 'things'));
    writeFileSync(join(root, 'things', 'a.gz'), contents['a.gz']!);
    const first = await fetchPublication('things', publication(), root);
    expect(first.cached).toBe(false);
    expect(first.files.map(({ cached }) => cached)).toEqual([true, false, false]);
    expect(asked).toEqual(['/x/b.gz', '/x/c.gz']);
    expect((await fetchPublication('things', publication(), root)).cached).toBe(true);
    expect(asked).toHaveLength(2);
  });
  it('is fetched from a mirror that has a folder of them', async () => {
    await fetchPublication('things', publication('/gone'), root, { mirrors: [`${address}/mirror`] });
    expect(asked).toEqual(['/mirror/a.gz', '/mirror/b.gz', '/mirror/c.gz']);
  });
  it('with one unavailable file is refused, and keeps the others for the next attempt', async () => {
    broken = 'b.gz';
    await expect(fetchPublication('things', publication(), root)).rejects.toBeInstanceOf(DataError);
    await expect(fetchPublication('things', publication(), root)).rejects.toThrow(/b\.gz: HTTP 404/);
    expect(existsSync(join(root, 'things', 'a.gz'))).toBe(true);
  });
});

it('with one file has the path of the file', async () => {
  const { files } = publication();
  const fetched = await fetchPublication('thing', { folder: '', files: files.slice(0, 1) }, root);
  expect(fetched).toMatchObject({ path: join(root, 'a.gz'), cached: false });
});

it('every published file has a URL with its name, a size and its own SHA-256', () => {
  const all = Object.values(sources).flatMap(({ files }) => files);
  for (const { file, urls, bytes, sha256 } of all) {
    expect(urls.length).toBeGreaterThan(0);
    for (const url of urls) expect(new URL(url).pathname.endsWith(`/${file}`)).toBe(true);
    expect(bytes).toBeGreaterThan(1000);
    expect(sha256).toMatch(/^[0-9a-f]{64}$/);
  }
  expect(new Set(all.map(({ sha256 }) => sha256)).size).toBe(all.length);
});
