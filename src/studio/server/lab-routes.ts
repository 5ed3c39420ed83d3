/** POST api/lab: takes a lab state and streams JSON lines as they are computed. */
import type { Hono } from 'hono';
import { stream } from 'hono/streaming';
import { z } from 'zod';
import { jsonBody, type StudioEnvironment } from './body.ts';
import type { LabPool } from './lab-pool.ts';

/** The worker validates the state; it knows the limits. */
const labSchema = z.object({
  /** A page has one computation at a time: a newer request cancels the older one. */
  page: z.string().min(1).max(100),
  state: z.record(z.string(), z.unknown()),
});

export function addLabRoutes(app: Hono<StudioEnvironment>, pool: LabPool): void {
  app.post('/api/lab', (c) => {
    const { page, state } = jsonBody(c, labSchema);
    c.header('Content-Type', 'application/x-ndjson');
    return stream(c, async (out) => {
      const gone = new AbortController();
      out.onAbort(() => {
        gone.abort();
      });
      // Lines are written in order; the response ends after the last one.
      let written: Promise<unknown> = Promise.resolve();
      const write = (line: string): void => {
        written = written.then(() => out.write(`${line}\n`));
      };
      try {
        await pool.compute(page, state, write, gone.signal);
      } catch (error) {
        write(JSON.stringify({ error: error instanceof Error ? error.message : String(error) }));
      }
      await written;
    });
  });
}
