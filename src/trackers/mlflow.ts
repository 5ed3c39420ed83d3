/** MLflow through its REST API (version 2.0): parameters, metrics along the steps, and how the run ended. */
import { z } from 'zod';
import { MissingEnvironmentError, UsageError } from '../errors.ts';
import { sha256OfText } from '../io/index.ts';
import type { History } from './history.ts';
import type { Tracker } from './tracker.ts';

/** Limits of a request to log-batch. */
const [maxMetrics, maxParams] = [1000, 100];
const timeout = 60_000;
const experimentName = 'meanfield';
const idTag = 'meanfield.run-id';

const states = {
  running: 'RUNNING',
  finished: 'FINISHED',
  stopped: 'KILLED',
  diverged: 'FAILED',
  failed: 'FAILED',
} as const;

const failure = z.object({ error_code: z.string().exactOptional(), message: z.string().exactOptional() });
const experiment = z.object({ experiment_id: z.string() });
const run = z.object({ run: z.object({ info: z.object({ run_id: z.string() }) }) });
const runList = z.object({ runs: z.array(run.shape.run).default([]) });

/** @throws UsageError unless it is the address of a server */
function serverOf(uri: string): string {
  if (!/^https?:\/\/[^/]/.test(uri) || !URL.canParse(uri))
    throw new UsageError(
      `--tracking-uri ${uri}: expected the address of a server, such as http://127.0.0.1:5000 (mlflow server)`,
    );
  return uri.replace(/\/+$/, '');
}

interface Answer {
  readonly ok: boolean;
  readonly code: string;
  readonly body: unknown;
}

/** @throws MissingEnvironmentError if no server answers, or what answers is not MLflow */
async function request(server: string, path: string, body?: object): Promise<Answer> {
  const url = `${server}/api/2.0/mlflow/${path}`;
  let text: string;
  let ok: boolean;
  try {
    const response = await fetch(url, {
      signal: AbortSignal.timeout(timeout),
      ...(body && {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    });
    ({ ok } = response);
    text = await response.text();
  } catch (error) {
    const { cause, message } = error as Error & { cause?: { code?: string } };
    throw new MissingEnvironmentError(
      `no MLflow server answers at ${server} (${cause?.code ?? message}): start one with: mlflow server`,
    );
  }
  try {
    const parsed: unknown = JSON.parse(text);
    return { ok, body: parsed, code: failure.parse(parsed).error_code ?? '' };
  } catch {
    throw new MissingEnvironmentError(
      `${url} does not answer like an MLflow server: ${text.slice(0, 60).split('\n')[0]}`,
    );
  }
}

async function call<T>(server: string, path: string, body: object, schema: z.ZodType<T>): Promise<T> {
  const answer = await request(server, path, body);
  if (!answer.ok)
    throw new UsageError(`${server} refused ${path}: ${failure.parse(answer.body).message ?? answer.code}`);
  return schema.parse(answer.body);
}

async function experimentOn(server: string): Promise<string> {
  const found = await request(server, `experiments/get-by-name?experiment_name=${experimentName}`);
  if (found.ok) return z.object({ experiment }).parse(found.body).experiment.experiment_id;
  return (await call(server, 'experiments/create', { name: experimentName }, experiment)).experiment_id;
}

/** Names may contain quotes, which filters cannot. */
const idOf = ({ name }: History): string => sha256OfText(name).slice(0, 32);

async function removeEarlier(server: string, experimentId: string, id: string): Promise<void> {
  const filter = `tags.\`${idTag}\` = '${id}'`;
  const search = { experiment_ids: [experimentId], filter, max_results: 1000 };
  const { runs } = await call(server, 'runs/search', search, runList);
  for (const { info } of runs) await call(server, 'runs/delete', { run_id: info.run_id }, z.unknown());
}

const parts = <T>(list: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(list.length / size) }, (_, i) => list.slice(i * size, (i + 1) * size));

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

export const mlflow: Tracker = {
  place: 'trackingUri',
  async write(history, uri) {
    const server = serverOf(uri);
    const milliseconds = (seconds: number): number => Math.round(1000 * seconds);
    const experimentId = await experimentOn(server);
    const id = idOf(history);
    await removeEarlier(server, experimentId, id);
    const created = await call(
      server,
      'runs/create',
      {
        experiment_id: experimentId,
        run_name: history.name,
        start_time: milliseconds(history.started),
        tags: [
          { key: idTag, value: id },
          { key: 'mlflow.source.name', value: 'meanfield' },
        ],
      },
      run,
    );
    const runId = created.run.info.run_id;
    const log = (what: object): Promise<unknown> =>
      call(server, 'runs/log-batch', { run_id: runId, ...what }, z.unknown());
    const params = Object.entries(history.parameters).map(([key, value]) => ({ key, value: textOf(value) }));
    for (const part of parts(params, maxParams)) await log({ params: part });
    const metrics = history.points.flatMap(({ step, time, metrics: values }) =>
      Object.entries(values).map(([key, value]) => ({ key, value, step, timestamp: milliseconds(time) })),
    );
    for (const part of parts(metrics, maxMetrics)) await log({ metrics: part });
    const status = states[history.state ?? 'running'];
    const end = status === 'RUNNING' ? {} : { end_time: milliseconds(history.ended) };
    await call(server, 'runs/update', { run_id: runId, status, ...end }, z.unknown());
    return [`${server}/#/experiments/${experimentId}/runs/${runId}`];
  },
  hint: (uri) => `open ${uri}, experiment ${experimentName}`,
};
