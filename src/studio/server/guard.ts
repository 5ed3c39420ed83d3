/** What every request has to pass, and the headers of every answer. */
import { timingSafeEqual } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import { tokenHeader } from '../protocol/index.ts';
import { ApiError } from './api-error.ts';
import { isOwnHost } from './hosts.ts';

export interface GuardOptions {
  /** Where the server listens; known when it does. */
  readonly bound: () => { host: string; port: number };
  readonly token: string;
}

/** Of the page: nothing from elsewhere, nothing inline. Sample images are data addresses, saved pictures blobs. */
const pagePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "font-src 'self'",
  "img-src 'self' data: blob:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const headers: Readonly<Record<string, string>> = {
  'Content-Security-Policy': pagePolicy,
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=()',
};

function isToken(given: string | undefined, token: string): boolean {
  const [a, b] = [Buffer.from(given ?? ''), Buffer.from(token)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** A link on another page may open this one, which then knows nothing of that page; it may ask for nothing else. */
function opensThePage(c: Context): boolean {
  return (
    c.req.method === 'GET' &&
    c.req.path === '/' &&
    c.req.header('sec-fetch-mode') === 'navigate' &&
    c.req.header('sec-fetch-dest') === 'document'
  );
}

/** @throws ApiError unless the request is from this server's own page, or from a program of the user */
function checkRequest(c: Context, { bound, token }: GuardOptions): void {
  const { method } = c.req;
  const host = c.req.header('host');
  // A request may name the server in its first line too.
  if (!isOwnHost(host, bound()) || !isOwnHost(new URL(c.req.url).host, bound()))
    throw new ApiError(
      403,
      'refused: the Host header does not name this server; open the address that it printed',
    );
  const origin = c.req.header('origin');
  if (origin !== undefined && origin !== `http://${host}`)
    throw new ApiError(403, 'refused: the request comes from another page');
  const site = c.req.header('sec-fetch-site');
  if (site !== undefined && site !== 'same-origin' && site !== 'none' && !opensThePage(c))
    throw new ApiError(403, 'refused: the request comes from another page');
  if (method === 'GET') return;
  // The head of an answer to anything else would cost the whole answer; of a stream, its place.
  if (method === 'HEAD' && !c.req.path.startsWith('/api/')) return;
  if (method !== 'POST') throw new ApiError(405, `refused: the method ${method}`);
  if (!isToken(c.req.header(tokenHeader), token))
    throw new ApiError(403, 'refused: the token of this server is missing or old; load the page again');
  if (!/^application\/json\s*(;|$)/i.test(c.req.header('content-type') ?? ''))
    throw new ApiError(415, 'refused: the body must be application/json');
}

/** Refuses what is not from the page, and sets the headers of every answer, refusals among them. */
export function guard(options: GuardOptions): MiddlewareHandler {
  return async (c, next) => {
    for (const [name, value] of Object.entries(headers)) c.header(name, value);
    if (c.req.path.startsWith('/api/')) c.header('Cache-Control', 'no-store');
    checkRequest(c, options);
    await next();
  };
}
