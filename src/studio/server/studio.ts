/** The server of `meanfield studio`. */
import type { Server } from 'node:http';
import { fileURLToPath } from 'node:url';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import { MeanfieldError, UsageError } from '../../errors.ts';
import { workerFlags } from '../../worker-process.ts';
import type { ErrorAnswer } from '../protocol/index.ts';
import { addActionRoutes } from './action-routes.ts';
import { ApiError } from './api-error.ts';
import { readBody, type StudioEnvironment } from './body.ts';
import { CurveStore } from './curve-store.ts';
import { addEventRoutes } from './event-routes.ts';
import { guard } from './guard.ts';
import { inAddress, isLoopback } from './hosts.ts';
import { LabPool } from './lab-pool.ts';
import { addLabRoutes } from './lab-routes.ts';
import { listen } from './listen.ts';
import { addPage, checkPage, newToken } from './page-files.ts';
import { Pulse } from './pulse.ts';
import { addRecordRoutes } from './record-routes.ts';
import { RunIndex } from './run-index.ts';
import { addRunRoutes } from './run-routes.ts';
import { StreamLimit } from './stream-limit.ts';

export interface StudioOptions {
  /** The runs folder, as the user gave it. It need not be there yet. */
  readonly root: string;
  /** Folder of the built page. */
  readonly page: string;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Whoever reaches this machine may read the runs, and with the page start and stop them. */
  readonly allowNetwork?: boolean;
  /** 0: any free one. */
  readonly port: number;
  /** Take the next free port where this one is taken. */
  readonly orNext?: boolean;
  /** Without an event for so many ms a stream sends a comment; default 15 s. */
  readonly signOfLife?: number;
  /** Starts `meanfield`: a program and its first arguments; default: this package's own. */
  readonly program?: readonly [string, ...string[]];
  /** Starts a child that computes for the lab; default: this package's own. */
  readonly labCommand?: readonly [string, ...string[]];
  /** Longest computation of the lab in ms; default 30 s. */
  readonly labTime?: number;
  /** Told of failures that are none of the user's. */
  readonly onError?: (error: unknown) => void;
}

export interface Studio {
  readonly url: string;
  readonly port: number;
  readonly token: string;
  /** Waits until every run there is has been read: before that the list has a part of them. */
  ready(): Promise<void>;
  /** Ends every stream and stops listening; runs that were started go on. */
  close(): Promise<void>;
}

/** A connection more than this is refused by the system: streams are counted apart. */
const mostConnections = 1024;
const labChildren = 2;
/** Much longer than a preset takes, much shorter than loading another child. */
const labGrace = 300;
const mostStreams = 128;
/** On a loopback address all pages are one client. */
const mostStreamsOfOne = 64;

/** The same from src/studio/server and from dist/studio/server. */
const inPackage = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const ownProgram = [process.execPath, inPackage('bin/meanfield.js')] as const;
/** With this process's own flags of Node, as a fork has them. */
const ownLab = [process.execPath, ...workerFlags(), inPackage('dist/studio/engine/worker.js')] as const;

/** @throws UsageError for a host that others reach, a port that is taken; MissingEnvironmentError without a page */
export async function startStudio(options: StudioOptions): Promise<Studio> {
  const { root, page, host = '127.0.0.1', signOfLife = 15_000, program = ownProgram, onError } = options;
  const { labCommand = ownLab, labTime = 30_000 } = options;
  checkPage(page);
  if (!isLoopback(host) && !options.allowNetwork)
    throw new UsageError(
      `--host ${host} would let other machines read the runs, and start and stop them: leave it out, or add --allow-network`,
    );
  const token = newToken();
  const index = new RunIndex(root);
  let port = options.port;
  const app = new Hono<StudioEnvironment>();
  app.use(guard({ bound: () => ({ host, port }), token }));
  app.use(readBody);
  const curves = new CurveStore();
  addRunRoutes(app, { index, curves });
  addRecordRoutes(app, index);
  addEventRoutes(app, {
    index,
    curves,
    pulse: new Pulse(() => index.refresh(0)),
    limit: new StreamLimit({ total: mostStreams, perClient: mostStreamsOfOne }),
    signOfLife,
    onError: (error) => onError?.(error),
  });
  addActionRoutes(app, { index, program });
  const lab = new LabPool({ command: labCommand, size: labChildren, timeLimit: labTime, grace: labGrace });
  addLabRoutes(app, lab);
  app.all('/api/*', () => {
    throw new ApiError(404, 'there is no such address');
  });
  addPage(app, page, token, () => {
    // Whoever has the page may open the lab; but the page comes first.
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
  server.maxConnections = mostConnections;
  port = await listen(server, { host, port: options.port, orNext: options.orNext ?? false });
  // The first list is ready, or nearly, when the page asks for it.
  index.refresh().catch((error: unknown) => onError?.(error));
  return {
    url: `http://${inAddress(host)}:${port}/`,
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
