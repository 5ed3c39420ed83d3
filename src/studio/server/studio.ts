/** The server of `meanfield studio`. */
import type { Server } from 'node:http';
import { fileURLToPath } from 'node:url';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import { MeanfieldError, UsageError } from '../../errors.ts';
import { workerFlags } from '../../processes/index.ts';
import type { ErrorAnswer } from '../protocol/index.ts';
import { addActionRoutes } from './action-routes.ts';
import { ApiError } from './api-error.ts';
import { readBody, type StudioEnvironment } from './body.ts';
import { CurveStore } from './curve-store.ts';
import { addEventRoutes } from './event-routes.ts';
import { requestGuard } from './request-guard.ts';
import { urlHost, isLoopback } from './hosts.ts';
import { LabPool } from './lab-pool.ts';
import { addLabRoutes } from './lab-routes.ts';
import { listen } from './listen.ts';
import { addPage, checkPage, newToken } from './page-files.ts';
import { Poller } from './poller.ts';
import { addRecordRoutes } from './record-routes.ts';
import { RunIndex } from './run-index.ts';
import { addRunRoutes } from './run-routes.ts';
import { StreamLimit } from './stream-limit.ts';

export interface StudioOptions {
  /** The runs folder, as the user gave it; it need not exist yet. */
  readonly root: string;
  /** Folder of the built page. */
  readonly page: string;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Allows addresses that other machines can reach; they can then read, start and stop runs. */
  readonly allowNetwork?: boolean;
  /** 0 means any free port. */
  readonly port: number;
  /** If the port is taken, use the next free one. */
  readonly orNext?: boolean;
  /** Time without an event after which a stream sends a comment, in ms; default 15 s. */
  readonly keepAlive?: number;
  /** Program and leading arguments that run `meanfield`; default: this package's own. */
  readonly program?: readonly [string, ...string[]];
  /** Command that starts a lab worker; default: this package's own. */
  readonly labCommand?: readonly [string, ...string[]];
  /** Time limit of a lab computation, in ms; default 30 s. */
  readonly labTime?: number;
  /** Called with errors that the user did not cause. */
  readonly onError?: (error: unknown) => void;
}

export interface Studio {
  readonly url: string;
  readonly port: number;
  readonly token: string;
  /** Resolves when every run has been read; until then the list is incomplete. */
  ready(): Promise<void>;
  /** Ends all streams and stops listening. Started runs continue. */
  close(): Promise<void>;
}

/** The system refuses further connections. Event streams have their own limit. */
const maxConnections = 1024;
const labWorkers = 2;
/** Longer than a preset takes, shorter than it takes to load another worker, in ms. */
const labGrace = 300;
const maxStreams = 128;
/** On a loopback address all pages count as one client. */
const maxLoopbackStreams = 64;

/** Resolves alike from src/studio/server and dist/studio/server. */
const inPackage = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const ownProgram = [process.execPath, inPackage('bin/meanfield.js')] as const;
/** Passes on this process's Node flags, as fork() does. */
const ownLab = [process.execPath, ...workerFlags(), inPackage('dist/studio/engine/worker.js')] as const;

/**
 * @throws UsageError for a host that other machines can reach or a port that is taken; MissingEnvironmentError
 *   without a built page
 */
export async function startStudio(options: StudioOptions): Promise<Studio> {
  const { root, page, host = '127.0.0.1', keepAlive = 15_000, program = ownProgram, onError } = options;
  const { labCommand = ownLab, labTime = 30_000 } = options;
  checkPage(page);
  if (!isLoopback(host) && !options.allowNetwork)
    throw new UsageError(
      `--host ${host} would let other machines read the runs, and start and stop them: omit it, or add --allow-network`,
    );
  const token = newToken();
  const index = new RunIndex(root);
  let port = options.port;
  const app = new Hono<StudioEnvironment>();
  app.use(requestGuard({ bound: () => ({ host, port }), token }));
  app.use(readBody);
  const curves = new CurveStore();
  addRunRoutes(app, { index, curves });
  addRecordRoutes(app, index);
  addEventRoutes(app, {
    index,
    curves,
    poller: new Poller(() => index.refresh(0)),
    limit: new StreamLimit({ total: maxStreams, perClient: maxLoopbackStreams }),
    keepAlive,
    onError: (error) => onError?.(error),
  });
  addActionRoutes(app, { index, program });
  const lab = new LabPool({ command: labCommand, size: labWorkers, timeLimit: labTime, grace: labGrace });
  addLabRoutes(app, lab);
  app.all('/api/*', () => {
    throw new ApiError(404, 'not found');
  });
  addPage(app, page, token, () => {
    // The lab may be opened next, but the page loads first.
    setTimeout(() => {
      lab.warm();
    }, 1500).unref();
  });
  app.onError((error, c) => {
    const answer: ErrorAnswer = { error: lineOf(error) };
    if (!(error instanceof MeanfieldError)) onError?.(error);
    return c.json(answer, error instanceof ApiError ? error.status : 500);
  });
  const server = createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false }) as Server;
  server.maxConnections = maxConnections;
  port = await listen(server, { host, port: options.port, orNext: options.orNext ?? false });
  // Starts reading now, so that the list is (almost) ready when the page requests it.
  index.refresh().catch((error: unknown) => onError?.(error));
  return {
    url: `http://${urlHost(host)}:${port}/`,
    port,
    token,
    ready: () => index.refresh(),
    close: async () => {
      lab.close();
      await closeServer(server);
    },
  };
}

function lineOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const [line = ''] = message.split('\n');
  return error instanceof MeanfieldError ? line : `internal: ${line}`;
}

async function closeServer(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => {
      resolve();
    });
    server.closeAllConnections();
  });
}
