/** Server-sent events: one stream with its place, its signs of life, and no more in memory than one event. */
import { getConnInfo } from '@hono/node-server/conninfo';
import type { Context } from 'hono';
import { type SSEStreamingApi, streamSSE } from 'hono/streaming';
import type { StudioEnvironment } from './body.ts';
import type { Pulse } from './pulse.ts';
import type { StreamLimit } from './stream-limit.ts';

export interface Outgoing {
  /** Returns when the client has taken it, or is gone. */
  send(event: string, data: unknown, id?: number): Promise<void>;
}

export interface StreamTools {
  readonly pulse: Pulse;
  readonly limit: StreamLimit;
  readonly onError: (error: unknown) => void;
  /** Without an event for so long a comment is sent, so that both ends see whether the other is there. In ms. */
  readonly signOfLife: number;
}

/** From where a stream goes on: what a browser remembers counts more than the address, which it opens again as it was. */
export function resumeFrom(c: Context<StudioEnvironment>, asked: number | undefined): number | undefined {
  const last = c.req.header('last-event-id');
  return last !== undefined && /^\d{1,16}$/.test(last) ? Number(last) : asked;
}

/**
 * A stream that looks again at each beat until the client goes.
 *
 * @param onBeat - sends what is new; false ends the stream
 * @throws ApiError if there are too many streams
 */
export function eventStream(
  c: Context<StudioEnvironment>,
  { pulse, limit, onError, signOfLife }: StreamTools,
  onBeat: (out: Outgoing) => Promise<boolean>,
): Response {
  c.header('Retry-After', '10');
  const release = limit.take(getConnInfo(c).remote.address ?? '');
  c.header('Retry-After', undefined);
  return streamSSE(c, async (stream) => {
    try {
      await beat(stream, pulse, signOfLife, onBeat);
    } catch (error) {
      onError(error);
    } finally {
      release();
    }
  });
}

async function beat(
  stream: SSEStreamingApi,
  pulse: Pulse,
  signOfLife: number,
  onBeat: (out: Outgoing) => Promise<boolean>,
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
  // The client is told that it is connected, whatever comes first.
  await stream.write(': connected\n\n');
  while (!stream.aborted && (await onBeat(out))) {
    if (performance.now() - sent > signOfLife) {
      sent = performance.now();
      await stream.write(': here\n\n');
    }
    await pulse.next();
  }
}
