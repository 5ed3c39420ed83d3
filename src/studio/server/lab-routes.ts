/** POST api/lab: a lab state in, lines of JSON out, as they are computed. */
import type { Hono } from 'hono';
import { stream } from 'hono/streaming';
import { z } from 'zod';
import { jsonBody, type StudioEnvironment } from './body.ts';
import type { LabPool } from './lab-pool.ts';

/** The state is checked by the child, which knows its bounds. */
const labSchema = z.object({
  /** A page has one computation at a time: a newer request gives up the older one. */
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
      // Lines are written one after the other, and the answer ends when the last is taken.
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
