/** Bodies of requests: read as a whole, of a bounded size, as JSON of a known shape. */
import type { Context, MiddlewareHandler } from 'hono';
import type { z } from 'zod';
import { ApiError } from './api-error.ts';

export interface StudioEnvironment {
  Variables: { body: string | undefined };
}

/** Largest body in bytes. */
export const mostBytes = 1 << 20;
/** So much more is read and thrown away, so that the sender hears why it is refused. */
const mostThrownAway = 1 << 25;

const tooLarge = (): ApiError =>
  new ApiError(413, `refused: the body is larger than ${mostBytes} bytes; make the problem smaller`);

/** Undefined if it is too large. */
async function read(body: ReadableStream<Uint8Array>, announced: number): Promise<string | undefined> {
  if (announced > mostThrownAway) return undefined;
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of body) {
    size += part.byteLength;
    if (size <= mostBytes) parts.push(part);
    else if (size > mostThrownAway) break;
  }
  return size > mostBytes ? undefined : Buffer.concat(parts).toString('utf8');
}

/** Reads the body of a POST. @throws ApiError if it is too large */
export const readBody: MiddlewareHandler<StudioEnvironment> = async (c, next) => {
  const { body } = c.req.raw;
  if (c.req.method === 'POST' && body) {
    const text = await read(body, Number(c.req.header('content-length') ?? 0));
    // What was not read is in the way of the next request on this connection.
    if (text === undefined) {
      c.header('Connection', 'close');
      throw tooLarge();
    }
    c.set('body', text);
  }
  await next();
};

/** The body as what the schema describes. @throws ApiError with the first thing that is wrong */
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
  throw new ApiError(400, `the body is not what was expected: ${where}${issue?.message ?? 'not valid'}`);
}
