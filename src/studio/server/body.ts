/** Reads request bodies with a size limit and parses them as JSON against a schema. */
import type { Context, MiddlewareHandler } from 'hono';
import type { z } from 'zod';
import { ApiError } from './api-error.ts';

export interface StudioEnvironment {
  Variables: { body: string | undefined };
}

/** Largest body, in bytes. */
export const maxBytes = 1 << 20;
/** Bytes beyond the limit that are read and discarded, so that the client receives the error response. */
const maxDiscardedBytes = 1 << 25;

const tooLarge = (): ApiError =>
  new ApiError(413, `refused: the body is larger than ${maxBytes} bytes; make the problem smaller`);

/** Returns undefined if the body is too large. */
async function read(body: ReadableStream<Uint8Array>, announced: number): Promise<string | undefined> {
  if (announced > maxDiscardedBytes) return undefined;
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of body) {
    size += part.byteLength;
    if (size <= maxBytes) parts.push(part);
    else if (size > maxDiscardedBytes) break;
  }
  return size > maxBytes ? undefined : Buffer.concat(parts).toString('utf8');
}

/** Reads the body of a POST request. @throws ApiError if it is too large */
export const readBody: MiddlewareHandler<StudioEnvironment> = async (c, next) => {
  const { body } = c.req.raw;
  if (c.req.method === 'POST' && body) {
    const text = await read(body, Number(c.req.header('content-length') ?? 0));
    // Unread bytes would corrupt the next request on this connection.
    if (text === undefined) {
      c.header('Connection', 'close');
      throw tooLarge();
    }
    c.set('body', text);
  }
  await next();
};

/** Parses the body with a schema. @throws ApiError with the first problem */
export function jsonBody<T>(c: Context<StudioEnvironment>, schema: z.ZodType<T>): T {
  let content: unknown;
  try {
    content = JSON.parse(c.get('body') ?? '');
  } catch (cause) {
    throw new ApiError(400, 'the body is not JSON', cause);
  }
  const parsed = schema.safeParse(content);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue?.path.length ? `${issue.path.map(String).join('.')}: ` : '';
  throw new ApiError(400, `invalid body: ${where}${issue?.message ?? 'not valid'}`);
}
