/** Checks every request and sets the headers of every response. */
import { timingSafeEqual } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import { tokenHeader } from '../protocol/index.ts';
import { ApiError } from './api-error.ts';
import { isOwnHost } from './hosts.ts';

interface RequestGuardOptions {
  /** The address the server listens on, once it listens. */
  readonly bound: () => { host: string; port: number };
  readonly token: string;
}

/** Policy of the page: nothing external, nothing inline. Sample images are data URLs, saved pictures are blobs. */
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

/** A link on another site may open the page, which then has no access to its opener, and nothing else. */
function opensThePage(c: Context): boolean {
  return (
    c.req.method === 'GET' &&
    c.req.path === '/' &&
    c.req.header('sec-fetch-mode') === 'navigate' &&
    c.req.header('sec-fetch-dest') === 'document'
  );
}

/** @throws ApiError unless the request comes from this server's own page or from a local program */
function checkRequest(c: Context, { bound, token }: RequestGuardOptions): void {
  const { method } = c.req;
  const host = c.req.header('host');
  // The request line may name a host too.
  if (!isOwnHost(host, bound()) || !isOwnHost(new URL(c.req.url).host, bound()))
    throw new ApiError(
      403,
      'refused: the Host header does not name this server; open the URL that it printed',
    );
  const origin = c.req.header('origin');
  if (origin !== undefined && origin !== `http://${host}`)
    throw new ApiError(403, 'refused: cross-origin request');
  const site = c.req.header('sec-fetch-site');
  if (site !== undefined && site !== 'same-origin' && site !== 'none' && !opensThePage(c))
    throw new ApiError(403, 'refused: cross-origin request');
  if (method === 'GET') return;
  // HEAD on an API route would cost as much as GET; on a stream it would take a slot.
  if (method === 'HEAD' && !c.req.path.startsWith('/api/')) return;
  if (method !== 'POST') throw new ApiError(405, `refused: method ${method} is not allowed`);
  if (!isToken(c.req.header(tokenHeader), token))
    throw new ApiError(403, 'refused: the token is missing or expired; reload the page');
  if (!/^application\/json\s*(;|$)/i.test(c.req.header('content-type') ?? ''))
    throw new ApiError(415, 'refused: the body must be application/json');
}

/** Refuses requests that are not from the page, and sets the security headers of all responses, including refusals. */
export function requestGuard(options: RequestGuardOptions): MiddlewareHandler {
  return async (c, next) => {
    for (const [name, value] of Object.entries(headers)) c.header(name, value);
    if (c.req.path.startsWith('/api/')) c.header('Cache-Control', 'no-store');
    checkRequest(c, options);
    await next();
  };
}
