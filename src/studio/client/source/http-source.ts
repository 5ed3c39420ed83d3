/** The data source backed by the server. */
import { signal } from '@preact/signals';
import type { Reproduction } from '../../../runs/index.ts';
import {
  type ActionAnswer,
  type GoneEvent,
  type RowsEvent,
  type RunDetail,
  type RunList,
  type SampleList,
  type StatusEvent,
  type StepCurves,
  type StepsEvent,
  type SwapList,
  type WeightClouds,
  routes,
} from '../../protocol/index.ts';
import { post, reasonOf } from './requests.ts';
import type { Connection, Source } from './source.ts';
import { openStream } from './stream.ts';

const noAnswer = 'the server does not answer: is `meanfield studio` still running?';

declare global {
  interface Window {
    /** The list request started by public/early.js, used once. */
    earlyRuns?: Promise<Response> | undefined;
  }
}

function early(): Promise<Response> | undefined {
  const asked = window.earlyRuns;
  window.earlyRuns = undefined;
  return asked;
}

/** An error response of the server, with its message. */
class RefusedError extends Error {
  readonly status: number;
  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}

async function answerOf<T>(asked: Promise<Response>): Promise<T> {
  let answer: Response;
  try {
    answer = await asked;
  } catch (cause) {
    throw new Error(noAnswer, { cause });
  }
  if (answer.ok) return (await answer.json()) as T;
  throw new RefusedError(await reasonOf(answer), answer.status);
}

const ask = <T>(address: string): Promise<T> => answerOf<T>(fetch(address));
const act = (address: string, body: unknown): Promise<ActionAnswer> => answerOf(post(address, body));

export function httpSource(): Source {
  const connection = signal<Connection>('live');
  const lostStreams = new Set<symbol>();
  const setLost = (stream: symbol, lost: boolean): void => {
    if (lost) lostStreams.add(stream);
    else lostStreams.delete(stream);
    connection.value = lostStreams.size ? 'lost' : 'live';
  };
  return {
    connection,
    actions: {
      start: (args) => act(routes.start, { arguments: args }),
      stop: (id) => act(routes.stop, { id }),
      resume: (id) => act(routes.resume, { id }),
    },
    list: () => answerOf<RunList>(early() ?? fetch(routes.runs)),
    run: (id) => ask<RunDetail>(routes.run(id)),
    steps: (id, range) => ask<StepCurves>(routes.steps(id, range)),
    swaps: (id) => ask<SwapList>(routes.swaps(id)),
    weights: (id) => ask<WeightClouds>(routes.weights(id)),
    samples: (id) => ask<SampleList>(routes.samples(id)),
    reproduction: (folder) => ask<Reproduction>(routes.reproduction(folder)),
    file: routes.file,
    watchList: (revision, onChange, missed) => {
      const me = Symbol('list');
      let last = revision;
      const stop = openStream({
        url: () => routes.events(last),
        handlers: {
          rows: (data) => {
            const event = data as RowsEvent;
            last = event.revision;
            onChange(event);
          },
        },
        onOpen: (again) => {
          setLost(me, false);
          // A restarted server counts revisions from the beginning.
          if (again) missed();
        },
        onLost: () => {
          setLost(me, true);
        },
      });
      return () => {
        stop();
        setLost(me, false);
      };
    },
    watchRun: (id, after, listener) => {
      const me = Symbol(id);
      let last = after;
      const end = (): void => {
        stop();
        setLost(me, false);
      };
      const gone = (message: string): void => {
        end();
        listener.gone(message);
      };
      const stop = openStream({
        url: () => routes.runEvents(id, last),
        handlers: {
          steps: (data) => {
            const event = data as StepsEvent;
            last = event.lastStep;
            listener.steps(event);
          },
          status: (data) => {
            listener.status(data as StatusEvent);
          },
          gone: (data) => {
            gone((data as GoneEvent).error);
          },
        },
        onOpen: (again) => {
          setLost(me, false);
          if (again) listener.missed();
        },
        onLost: () => {
          setLost(me, true);
          // An event stream does not report why it was refused.
          ask(routes.run(id)).catch((error: unknown) => {
            if (error instanceof RefusedError && error.status === 404) gone(error.message);
          });
        },
      });
      return end;
    },
  };
}
