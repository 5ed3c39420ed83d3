/** A server-sent event stream with backpressure and keep-alive comments; it holds at most one event in memory. */
import { getConnInfo } from '@hono/node-server/conninfo';
import type { Context } from 'hono';
import { type SSEStreamingApi, streamSSE } from 'hono/streaming';
import type { StudioEnvironment } from './body.ts';
import type { Poller } from './poller.ts';
import type { StreamLimit } from './stream-limit.ts';

export interface Outgoing {
  /** Resolves when the client has received the event or has disconnected. */
  send(event: string, data: unknown, id?: number): Promise<void>;
}

export interface StreamTools {
  readonly poller: Poller;
  readonly limit: StreamLimit;
  readonly onError: (error: unknown) => void;
  /** A comment is sent after this time without an event, so that both ends notice a lost connection. In ms. */
  readonly keepAlive: number;
}

/** Where a stream resumes. `Last-Event-ID` takes precedence over the URL, which a browser reopens unchanged. */
export function resumeFrom(c: Context<StudioEnvironment>, asked: number | undefined): number | undefined {
  const last = c.req.header('last-event-id');
  return last !== undefined && /^\d{1,16}$/.test(last) ? Number(last) : asked;
}

/**
 * Opens a stream that checks for news at every poll until the client disconnects.
 *
 * @param onPoll - sends the news; false ends the stream
 * @throws ApiError if there are too many streams
 */
export function eventStream(
  c: Context<StudioEnvironment>,
  { poller, limit, onError, keepAlive }: StreamTools,
  onPoll: (out: Outgoing) => Promise<boolean>,
): Response {
  c.header('Retry-After', '10');
  const release = limit.take(getConnInfo(c).remote.address ?? '');
  c.header('Retry-After', undefined);
  return streamSSE(c, async (stream) => {
    try {
      await pollUntilGone(stream, poller, keepAlive, onPoll);
    } catch (error) {
      onError(error);
    } finally {
      release();
    }
  });
}

async function pollUntilGone(
  stream: SSEStreamingApi,
  poller: Poller,
  keepAlive: number,
  onPoll: (out: Outgoing) => Promise<boolean>,
): Promise<void> {
  let sent = performance.now();
  const out: Outgoing = {
    async send(event, data, id) {
      sent = performance.now();
      await stream.writeSSE({
        event,
        data: JSON.stringify(data),
        ...(id !== undefined && { id: String(id) }),
      });
    },
  };
  // Confirms the connection before the first event.
  await stream.write(': connected\n\n');
  while (!stream.aborted && (await onPoll(out))) {
    if (performance.now() - sent > keepAlive) {
      sent = performance.now();
      await stream.write(': here\n\n');
    }
    await poller.next();
  }
}
