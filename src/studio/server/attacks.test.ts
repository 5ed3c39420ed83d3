/** Attacks against a real server on a real port, all of which must fail. */
import { connect } from 'node:net';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writeFakeRun } from '../../runs/fake-run.ts';
import { routes, type RunList, tokenHeader } from '../protocol/index.ts';
import { ask, errorOf, fakePage, startFakeStudio } from './fake-page.ts';
import { startStudio, type Studio } from './studio.ts';
import { temporaryFolder } from '../../test-folder.ts';

const base = temporaryFolder();
const root = join(base, 'runs');
const markup = `<img src=x onerror="alert(1)">'"&`;
let studio: Studio;
let own: string;

beforeAll(async () => {
  mkdirSync(root);
  writeFakeRun(root, {
    epochs: 1,
    stepsPerEpoch: 5,
    name: 'run',
    config: { note: '</script><script>alert(1)</script>' },
  });
  writeFakeRun(root, { epochs: 1, stepsPerEpoch: 5, name: `${markup} %2e%2e%2f..\\`.replaceAll('/', '') });
  writeFakeRun(base, { epochs: 1, stepsPerEpoch: 5, name: 'outside' });
  writeFileSync(join(base, 'secret.html'), 'TOPSECRET');
  writeFileSync(join(root, 'run', 'report.html'), '<script>alert(1)</script>');
  symlinkSync(join(base, 'secret.html'), join(root, 'run', 'analysis.html'));
  studio = await startFakeStudio(root);
  own = `127.0.0.1:${studio.port}`;
});
afterAll(async () => {
  await studio.close();
});

const everything = [
  '/',
  '/api/runs',
  '/api/runs/run',
  '/api/runs/run/files/report.html',
  '/assets/index-Ab3_x-9z.js',
  '/none',
];

it.each([
  'evil.example',
  'evil.example:PORT',
  '127.0.0.1',
  '127.0.0.1:1',
  '127.0.0.1.evil.example:PORT',
  'localhost.:PORT',
  '10.0.0.1:PORT',
  '127.0.0.1:PORT@evil.example',
  '[::ffff:7f00:1]:PORT',
])('refuses DNS rebinding: Host %j', async (host) => {
  for (const path of everything) {
    const answer = await ask(studio.port, path, {
      headers: { host: host.replace('PORT', String(studio.port)) },
    });
    expect([answer.status, answer.text.includes('studio-token')]).toEqual([
      expect.toBeOneOf([400, 403]),
      false,
    ]);
  }
});

it.each(['127.0.0.1:PORT', 'localhost:PORT', 'LOCALHOST:PORT', '[::1]:PORT'])(
  'accepts its own names: Host %s',
  async (host) => {
    const headers = { host: host.replace('PORT', String(studio.port)) };
    expect((await ask(studio.port, '/api/runs', { headers })).status).toBe(200);
  },
);

it.each([
  'http://evil.example',
  'null',
  'https://127.0.0.1:PORT',
  'http://127.0.0.1:1',
  'http://localhost:PORT',
  'file://',
  '',
])('refuses a request from another site: Origin %j', async (origin) => {
  const headers = { host: own, origin: origin.replace('PORT', String(studio.port)) };
  for (const path of everything) expect((await ask(studio.port, path, { headers })).status).toBe(403);
});

it.each(['cross-site', 'same-site', 'anything'])(
  'a request with Sec-Fetch-Site %s is refused',
  async (site) => {
    const headers = {
      host: own,
      'sec-fetch-site': site,
      'sec-fetch-mode': 'no-cors',
      'sec-fetch-dest': 'image',
    };
    for (const path of everything) expect((await ask(studio.port, path, { headers })).status).toBe(403);
  },
);

it('a link on another site may open the page and nothing else', async () => {
  const headers = {
    host: own,
    'sec-fetch-site': 'cross-site',
    'sec-fetch-mode': 'navigate',
    'sec-fetch-dest': 'document',
  };
  expect((await ask(studio.port, '/', { headers })).status).toBe(200);
  expect((await ask(studio.port, '/api/runs', { headers })).status).toBe(403);
  expect((await ask(studio.port, '/', { headers: { ...headers, 'sec-fetch-dest': 'iframe' } })).status).toBe(
    403,
  );
});

it('only the page contains the token, and no other site can read any response', async () => {
  const page = await ask(studio.port, '/', { headers: { host: own } });
  expect(page.text).toContain(`<meta name="studio-token" content="${studio.token}" />`);
  for (const path of everything) {
    const { headers, text } = await ask(studio.port, path, { headers: { host: own } });
    if (path !== '/') expect(text).not.toContain(studio.token);
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    expect(headers['content-security-policy']).toMatch(/default-src 'none'/);
    expect(headers['content-security-policy']).toMatch(/frame-ancestors 'none'/);
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['cross-origin-resource-policy']).toBe('same-origin');
  }
  expect(page.headers['content-security-policy']).not.toMatch(/unsafe|\*/);
  expect(page.headers['cache-control']).toBe('no-store');
});

const posts = [routes.start, routes.stop, routes.resume, routes.lab];

it.each([undefined, '', 'x', 'short'])('an action with the token %j is refused', async (token) => {
  for (const path of posts) {
    const headers = {
      host: own,
      'content-type': 'application/json',
      ...(token !== undefined && { [tokenHeader]: token }),
    };
    const answer = await ask(studio.port, `/${path}`, { method: 'POST', headers, body: '{}' });
    expect([answer.status, errorOf(answer)]).toEqual([403, expect.stringContaining('token')]);
  }
});

it('a form on another site cannot trigger an action, with or without a token', async () => {
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
    const headers = { host: own, 'content-type': type, [tokenHeader]: studio.token };
    for (const path of posts)
      expect(
        (await ask(studio.port, `/${path}`, { method: 'POST', headers, body: '{"id":"run"}' })).status,
      ).toBe(415);
  }
});

it.each(['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'PROPFIND'])(
  'the method %s is refused',
  async (method) => {
    const headers = { host: own, [tokenHeader]: studio.token };
    for (const path of ['/', '/api/runs', '/api/runs/run'])
      expect((await ask(studio.port, path, { method, headers })).status).toBe(405);
  },
);

it('a body that is too large is refused, with or without Content-Length', async () => {
  const headers = { host: own, 'content-type': 'application/json', [tokenHeader]: studio.token };
  const body = Buffer.alloc(3 << 20, 'x');
  for (const extra of [
    { 'content-length': String(body.length) },
    { 'transfer-encoding': 'chunked' },
  ] as const)
    for (const path of posts) {
      const answer = await ask(studio.port, `/${path}`, {
        method: 'POST',
        headers: { ...headers, ...extra },
        body,
      });
      expect(answer.status).toBe(413);
    }
});

const climbs = [
  '../outside',
  '..%2Foutside',
  '..%2foutside',
  '%2e%2e%2foutside',
  '%252e%252e%252foutside',
  '..%5Coutside',
  'run%2F..%2F..%2Foutside',
  'run%2F..%2Frun',
  '.%2Frun',
  'run%2F',
  '%2Frun',
  'run%00',
  'run%00%2F..%2F..%2Foutside',
  '%00',
  '%',
  '%ff',
  '%c0%ae%c0%ae%2foutside',
  '__proto__',
  'constructor',
  encodeURIComponent(join(base, 'outside')),
  encodeURIComponent(root),
  'x'.repeat(5000),
];

it.each(climbs)('no path leads out of the runs folder: %s', async (id) => {
  const paths = [
    `/api/runs/${id}`,
    `/api/reproductions/${id}`,
    `/api/runs/run/files/${id}`,
    `/assets/${id}`,
    `/${id}`,
  ];
  for (const one of ['steps', 'swaps', 'weights', 'samples', 'events', 'files/report.html'])
    paths.push(`/api/runs/${id}/${one}`);
  for (const path of paths) {
    const answer = await ask(studio.port, path, { headers: { host: own } });
    expect([400, 404]).toContain(answer.status);
    expect(answer.text).not.toMatch(/TOPSECRET|"pid"|root:/);
  }
});

it('malformed paths and absolute URLs as request target lead nowhere', async () => {
  for (const path of [
    '/../secret.html',
    '//evil.example/',
    '/api/runs/run/files/../../../secret.html',
    '/assets/../index.html',
    `http://evil.example/api/runs`,
    '/assets/%2e%2e/%2e%2e/secret.html',
  ]) {
    const answer = await raw(`GET ${path} HTTP/1.1\r\nHost: ${own}\r\nConnection: close\r\n\r\n`);
    expect(answer).not.toMatch(/TOPSECRET|"runs":/);
    expect(answer).not.toMatch(/^HTTP\/1\.1 200/);
  }
});

it('two Host headers, and none, are refused', async () => {
  expect(
    await raw(`GET /api/runs HTTP/1.1\r\nHost: ${own}\r\nHost: evil.example\r\nConnection: close\r\n\r\n`),
  ).not.toMatch(/^HTTP\/1\.1 200/);
  expect(await raw('GET /api/runs HTTP/1.1\r\nConnection: close\r\n\r\n')).toMatch(/^HTTP\/1\.1 40\d/);
  for (const host of ['', ' ', ',', `${own},${own}`, `${own} x`])
    expect(await raw(`GET /api/runs HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 40[03]/,
    );
  expect(await raw('GET /api/runs HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1\.1 40\d/);
});

/** Sends raw bytes and returns everything that comes back. */
function raw(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(studio.port, '127.0.0.1', () => socket.write(text));
    socket.setEncoding('utf8');
    socket.on('data', (part: string) => (answer += part));
    socket.on('close', () => {
      resolve(answer);
    });
    socket.on('error', reject);
  });
}

it('a page of a run folder is served without scripts or network access, and only from within the folder', async () => {
  const report = await ask(studio.port, `/${routes.file('run', 'report.html')}`, { headers: { host: own } });
  expect(report.status).toBe(200);
  const policy = report.headers['content-security-policy'] ?? '';
  expect(policy).toMatch(/^sandbox;/);
  expect(policy).not.toMatch(/allow-|script-src|connect-src|'self'/);
  const linked = await ask(studio.port, `/${routes.file('run', 'analysis.html')}`, {
    headers: { host: own },
  });
  expect(linked.status).toBe(404);
  for (const name of ['status.json', 'config.yaml', 'env.json'])
    expect((await ask(studio.port, `/api/runs/run/files/${name}`, { headers: { host: own } })).status).toBe(
      404,
    );
});

it('names and settings with markup are JSON text, and name their run', async () => {
  const { text, headers } = await ask(studio.port, '/api/runs', { headers: { host: own } });
  expect(headers['content-type']).toMatch(/^application\/json/);
  const { runs } = JSON.parse(text) as RunList;
  const odd = runs.find(({ name }) => name.startsWith('<img'));
  expect(odd?.name).toContain('%2e%2e%2f');
  const detail = await ask(studio.port, `/${routes.run(odd?.id ?? '')}`, { headers: { host: own } });
  expect((JSON.parse(detail.text) as { row: { id: string } }).row.id).toBe(odd?.id);
});

it('errors contain no path other than the one the user gave, and no stack', async () => {
  for (const path of ['/api/runs/none', '/none', '/api/none', '/api/runs/run/steps?points=x'])
    expect(errorOf(await ask(studio.port, path, { headers: { host: own } }))).not.toMatch(
      /\n|\.[jt]s:|node_modules/,
    );
});

it.each(['0.0.0.0', '192.168.1.5', 'example.org', '::'])(
  'does not listen on %s unless allowed',
  async (host) => {
    await expect(startStudio({ root, page: fakePage(), port: 0, host })).rejects.toThrow(
      /other machines.*--allow-network/,
    );
  },
);

it('on a network address, names are still refused and numeric addresses accepted', async () => {
  const open = await startFakeStudio(root, { host: '0.0.0.0', allowNetwork: true });
  const status = async (host: string): Promise<number> =>
    (await ask(open.port, '/api/runs', { headers: { host: `${host}:${open.port}` } })).status;
  expect([await status('evil.example'), await status('127.0.0.1'), await status('192.168.1.5')]).toEqual([
    403, 200, 200,
  ]);
  await open.close();
});

it('tokens are new at every start', async () => {
  const other = await startFakeStudio(root);
  expect(other.token).not.toBe(studio.token);
  expect(other.token.length).toBeGreaterThanOrEqual(32);
  await other.close();
});

it('hashed files are cached by the browser, the page is not', async () => {
  const cache = async (path: string): Promise<unknown> =>
    (await ask(studio.port, path, { headers: { host: own } })).headers['cache-control'];
  expect(await cache('/assets/index-Ab3_x-9z.js')).toMatch(/immutable/);
  expect(await cache('/')).toBe('no-store');
  expect(await cache('/api/runs')).toBe('no-store');
});
