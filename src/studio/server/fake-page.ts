/** Test helpers: a real server on a real port with a small page, and requests with arbitrary headers. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { type IncomingHttpHeaders, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startStudio, type Studio, type StudioOptions } from './studio.ts';

/** Creates a folder with an index.html and one hashed file. */
export function fakePage(): string {
  const folder = mkdtempSync(join(tmpdir(), 'studio-page-'));
  mkdirSync(join(folder, 'assets'));
  writeFileSync(
    join(folder, 'index.html'),
    '<!doctype html><html><head><meta name="studio-token" content="" /></head><body></body></html>',
  );
  writeFileSync(join(folder, 'assets', 'index-Ab3_x-9z.js'), 'export {};');
  return folder;
}

export function startFakeStudio(root: string, options: Partial<StudioOptions> = {}): Promise<Studio> {
  const onError = (error: unknown): void => {
    // Fails the test on unexpected errors.
    process.nextTick(() => {
      throw error;
    });
  };
  return startStudio({ root, page: fakePage(), port: 0, onError, ...options });
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** Sends the path and headers exactly as given. */
export function ask(
  port: number,
  path: string,
  { method = 'GET', headers = {}, body }: Asked = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const req = request({ host: '127.0.0.1', port, path, method, headers }, (res) => {
      let text = '';
      res.setEncoding('utf8');
      res.on('data', (part: string) => (text += part));
      res.on('end', () => {
        resolve({ status: res.statusCode ?? 0, headers: res.headers, text });
      });
      res.on('error', reject);
    });
    req.on('error', reject);
    req.end(body);
  });
}

/** The error message of an answer. */
export function errorOf({ text }: Answer): string {
  return (JSON.parse(text) as { error: string }).error;
}
