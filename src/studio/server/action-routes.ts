/** Start, stop and resume a run. */
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Hono } from 'hono';
import { z } from 'zod';
import { meanfieldCommand } from '../../program.ts';
import { isProcessAlive, readRun, type RunStatus } from '../../runs/index.ts';
import type { ActionAnswer, RunRequest, StartRequest } from '../protocol/index.ts';
import { ApiError } from './api-error.ts';
import { jsonBody, type StudioEnvironment } from './body.ts';
import { launch } from './launch.ts';
import { trainerOf } from './process-command.ts';
import type { OpenRun, RunIndex } from './run-index.ts';
import { checkArguments } from './train-arguments.ts';

interface ActionRoutes {
  readonly index: RunIndex;
  /** Program and leading arguments that run `meanfield`. */
  readonly program: readonly [string, ...string[]];
}

const startSchema: z.ZodType<StartRequest> = z.object({ arguments: z.array(z.string()) });
const runSchema: z.ZodType<RunRequest> = z.object({ id: z.string() });

class Actions {
  readonly #index: RunIndex;
  readonly #program: ActionRoutes['program'];
  /** Runs being resumed; a second click is refused at once. */
  readonly #resuming = new Set<string>();

  constructor({ index, program }: ActionRoutes) {
    this.#index = index;
    this.#program = program;
  }

  async start({ arguments: args }: StartRequest): Promise<ActionAnswer> {
    checkArguments(args);
    const since = Date.now() - 1;
    const words = ['train', ...args, '--output', this.#index.root];
    const { pid, found } = await launch([...this.#program, ...words], (pid) =>
      this.#index.runOfProcess(pid, since),
    );
    return { command: meanfieldCommand(...words), pid, id: found ?? null };
  }

  async resume({ id }: RunRequest): Promise<ActionAnswer> {
    const { dir, row } = await this.#index.open(id);
    if (row.final) throw new ApiError(409, `${id} is finished: there is nothing to resume`);
    const status = (): RunStatus | undefined => readRun(dir).status();
    const last = status();
    if (row.state === 'running' || this.#resuming.has(id)) throw beingTrained(id, last);
    this.#resuming.add(id);
    try {
      // A run that was just stopped says so in its status and is about to exit.
      await endOf(last, dir);
      if (last && isTraining(last, dir)) throw beingTrained(id, last);
      const words = ['train', '--resume', join(this.#index.root, id)];
      const { pid } = await launch([...this.#program, ...words], (pid) =>
        Promise.resolve(status()?.pid === pid ? id : undefined),
      );
      return { command: meanfieldCommand(...words), pid, id };
    } finally {
      this.#resuming.delete(id);
    }
  }

  /** @throws ApiError for a copy of a run that is training: its status was copied with it */
  async #checkOriginal({ id, dir }: OpenRun): Promise<void> {
    const status = readRun(dir).status();
    const [first, second] = status ? await this.#index.sharing(status) : [];
    if (!first || !second || (first.id === id && first.heartbeat !== second.heartbeat)) return;
    const other = first.id === id ? second.id : first.id;
    throw new ApiError(
      409,
      `process ${status!.pid} is recorded in both ${id} and ${other}, so one of the folders is a copy: not stopped; stop it with \`kill -INT ${status!.pid}\``,
    );
  }

  async stop({ id }: RunRequest): Promise<ActionAnswer> {
    const run = await this.#index.open(id);
    const pid = processOf(run);
    await this.#checkOriginal(run);
    try {
      process.kill(pid, 'SIGINT');
    } catch (error) {
      throw new ApiError(
        409,
        `process ${pid} of ${id} cannot be signalled (${(error as NodeJS.ErrnoException).code ?? '?'})`,
        error,
      );
    }
    return { command: `kill -INT ${pid}`, pid, id };
  }
}

const isTraining = (status: RunStatus, dir: string): boolean =>
  isProcessAlive(status) === true && trainerOf(status.pid, dir) !== 'other';

/** Waits, for a limited time, until an ending process has exited. */
async function endOf(status: RunStatus | undefined, dir: string): Promise<void> {
  for (let i = 0; i < 50 && status && isTraining(status, dir); i++) await sleep(100);
}

function beingTrained(id: string, status: RunStatus | undefined): ApiError {
  return new ApiError(
    409,
    `${id} is being trained${status ? ` by process ${status.pid} on ${status.host}` : ''}`,
  );
}

/** The id of the process that trains a run. @throws ApiError unless the process is known to train this run */
function processOf({ id, dir, row }: OpenRun): number {
  const status = readRun(dir).status();
  if (!status || row.state !== 'running')
    throw new ApiError(409, `${id} is not running: its state is ${row.state}`);
  const { pid, host } = status;
  if (isProcessAlive(status) !== true)
    throw new ApiError(
      409,
      `${id} is being trained ${host === hostname() ? 'in another boot or container' : `on ${host}`}: stop it there`,
    );
  switch (trainerOf(pid, dir)) {
    case 'train':
      return pid;
    case 'reproduce':
      throw new ApiError(
        409,
        `${id} is a run of \`meanfield reproduce\`: stop that command with Ctrl-C; run it again to resume`,
      );
    case 'other':
      throw new ApiError(409, `process ${pid} does not train ${id}: not stopped`);
  }
}

export function addActionRoutes(app: Hono<StudioEnvironment>, options: ActionRoutes): void {
  const actions = new Actions(options);
  app.post('/api/actions/start', async (c) => c.json(await actions.start(jsonBody(c, startSchema))));
  app.post('/api/actions/stop', async (c) => c.json(await actions.stop(jsonBody(c, runSchema))));
  app.post('/api/actions/resume', async (c) => c.json(await actions.resume(jsonBody(c, runSchema))));
}
