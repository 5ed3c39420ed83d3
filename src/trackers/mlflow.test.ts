import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { MissingEnvironmentError, UsageError } from '../errors.ts';
import { writeFakeRun } from '../runs/fake-run.ts';
import { temporaryFolder } from '../test-folder.ts';
import { type History, readHistory, trackers } from './index.ts';

const root = temporaryFolder();
let history: History;
beforeAll(async () => {
  // More than one request of 1000 metrics, and a name that a filter could not quote.
  history = await readHistory(writeFakeRun(root, { name: "it's own", epochs: 3, stepsPerEpoch: 40 }));
});

/** The address of a server on a free port. */
async function listening(body: string): Promise<{ url: string; close: () => void }> {
  const server = createServer((_, response) => response.end(body));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

it.each(['sqlite:///mlruns.db', './mlruns', 'http://', ''])(
  '%j is not the address of a server',
  async (uri) => {
    await expect(async () => trackers.mlflow.write(history, uri)).rejects.toThrow(UsageError);
    await expect(async () => trackers.mlflow.write(history, uri)).rejects.toThrow(
      /expected the address of a server/,
    );
  },
);

it('without a server, and with one that is not MLflow, the error is one line with the address', async () => {
  const other = await listening('<html>\n<body>');
  const write = async (): Promise<unknown> => trackers.mlflow.write(history, other.url);
  await expect(write()).rejects.toThrow(MissingEnvironmentError);
  await expect(write()).rejects.toThrow(/does not answer like an MLflow server: <html>$/);
  other.close();
  await expect(write()).rejects.toThrow(`no MLflow server answers at ${other.url} (`);
});

const program = process.env.MEANFIELD_MLFLOW ?? 'mlflow';
const hasMlflow = (() => {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

let server: ChildProcess | undefined;
afterAll(() => {
  // It starts workers: the whole group.
  if (server?.pid !== undefined) process.kill(-server.pid, 'SIGTERM');
});

async function startMlflow(): Promise<string> {
  const { url, close } = await listening('');
  close();
  const { port } = new URL(url);
  const folder = temporaryFolder();
  server = spawn(
    program,
    [
      ...['server', '--host', '127.0.0.1', '--port', port, '--workers', '1'],
      ...['--backend-store-uri', `sqlite:///${join(folder, 'db')}`, '--default-artifact-root', folder],
    ],
    { detached: true, stdio: 'ignore' },
  );
  for (;;) {
    const isUp = await fetch(`${url}/health`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isUp) return url;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

interface MlflowRun {
  readonly info: {
    readonly run_id: string;
    readonly status: string;
    readonly run_name: string;
    readonly end_time: number;
  };
  readonly data: { readonly params: readonly { key: string; value: string }[] };
}

it.skipIf(!hasMlflow)(
  'an MLflow server has every number at its step, the settings and the end; a second export replaces the first (needs mlflow, or MEANFIELD_MLFLOW)',
  async () => {
    const url = await startMlflow();
    const get = async (path: string): Promise<unknown> =>
      (await fetch(`${url}/api/2.0/mlflow/${path}`)).json();
    await trackers.mlflow.write(history, url);
    const [address] = await trackers.mlflow.write(history, `${url}/`);
    const [, experiment = '', run = ''] = /experiments\/(\d+)\/runs\/(\w+)$/.exec(address!) ?? [];
    const { runs } = (await (
      await fetch(`${url}/api/2.0/mlflow/runs/search`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ experiment_ids: [experiment] }),
      })
    ).json()) as { runs: MlflowRun[] };
    expect(runs.map(({ info }) => info.run_id)).toEqual([run]);
    expect(runs[0]!.info).toMatchObject({ status: 'FINISHED', run_name: "it's own" });
    expect(runs[0]!.info.end_time).toBe(Math.round(1000 * history.ended));
    const params = Object.fromEntries(runs[0]!.data.params.map(({ key, value }) => [key, value]));
    expect(params).toMatchObject({ scheme: history.parameters.scheme, epochs: '3' });
    for (const name of ['train/loss', 'tau/layer1/1', 'test/error', 'final/test-error']) {
      const found = (await get(
        `metrics/get-history?run_id=${run}&metric_key=${encodeURIComponent(name)}&max_results=1000`,
      )) as { metrics: { step: number; value: number; timestamp: number }[] };
      const written = history.points.filter(({ metrics }) => name in metrics);
      expect(found.metrics.map(({ step, value, timestamp }) => [step, value, timestamp])).toEqual(
        written.map(({ step, time, metrics }) => [step, metrics[name], Math.round(1000 * time)]),
      );
    }
  },
  600_000,
);
