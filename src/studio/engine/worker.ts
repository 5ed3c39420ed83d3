/**
 * The worker process of the lab: computes with the native engine, one request at a time, on one thread.
 *
 * The protocol is lines of JSON. On stdout, first, once libtorch is loaded:
 *   {"ready": true}
 * On stdin, a request; `state` holds some of the knobs of a lab state:
 *   {"id": 7, "state": {"view": "flow", "points": 100}}
 * On stdout, the answer: parts as they are computed (src/studio/lab/parts.ts), then one of the last two:
 *   {"id": 7, "part": {"part": "flow", ...}}
 *   {"id": 7, "done": true, "milliseconds": 41.3}
 *   {"id": 7, "error": "points must be a whole number from 4 to 1000 (...), got 5000"}
 * An invalid line is answered by {"id": null, "error": ".."}. Non-finite numbers are null. Writing to a pipe is
 * synchronous, so parts arrive while the next are computed. A computation cannot be cancelled: kill the process and start
 * another; it keeps no state. The process exits when stdin closes.
 */
import { createInterface } from 'node:readline';
import { setThreads } from '../../native/index.ts';
import { endWithParent, guardProcess } from '../../processes/index.ts';
import { computeView } from '../lab/views/index.ts';
import { labState } from '../lab/state.ts';
import { nativeEngine } from './native-engine.ts';
import { warmUp } from './warm-up.ts';

const send = (message: object): void => {
  process.stdout.write(`${JSON.stringify(message)}\n`);
};

const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';

function answer(line: string): void {
  let id: unknown = null;
  try {
    const request: unknown = JSON.parse(line);
    if (typeof request !== 'object' || request === null || !('id' in request) || !('state' in request))
      throw new TypeError('a request is {"id": .., "state": {..}}');
    ({ id } = request);
    const started = performance.now();
    computeView(labState(request.state), nativeEngine, (part) => {
      send({ id, part });
    });
    send({ id, done: true, milliseconds: Math.round((performance.now() - started) * 10) / 10 });
  } catch (error) {
    send({ id, error: firstLine(error) });
  }
}

guardProcess();
endWithParent();
// The reader has closed the pipe.
process.stdout.on('error', () => process.exit(0));
setThreads(1);
warmUp();
createInterface({ input: process.stdin })
  .on('line', (line) => {
    if (line.trim() !== '') answer(line);
  })
  .on('close', () => process.exit(0));
send({ ready: true });
