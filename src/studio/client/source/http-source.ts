/** The server's data. */
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
    /** What public/early.js has asked for: the list, once. */
    earlyRuns?: Promise<Response> | undefined;
  }
}

function early(): Promise<Response> | undefined {
  const asked = window.earlyRuns;
  window.earlyRuns = undefined;
  return asked;
}

/** The server's own refusal, in its words. */
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
  const lostOnes = new Set<symbol>();
  const tell = (stream: symbol, lost: boolean): void => {
    if (lost) lostOnes.add(stream);
    else lostOnes.delete(stream);
    connection.value = lostOnes.size ? 'lost' : 'live';
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
    watchList: (revision, hear, missed) => {
      const me = Symbol('list');
      let last = revision;
      const stop = openStream({
        address: () => routes.events(last),
        hear: {
          rows: (data) => {
            const event = data as RowsEvent;
            last = event.revision;
            hear(event);
          },
        },
        opened: (again) => {
          tell(me, false);
          // A server that was started anew counts its revisions from the beginning.
          if (again) missed();
        },
        lost: () => {
          tell(me, true);
        },
      });
      return () => {
        stop();
        tell(me, false);
      };
    },
    watchRun: (id, after, hear) => {
      const me = Symbol(id);
      let last = after;
      const end = (): void => {
        stop();
        tell(me, false);
      };
      const gone = (message: string): void => {
        end();
        hear.gone(message);
      };
      const stop = openStream({
        address: () => routes.runEvents(id, last),
        hear: {
          steps: (data) => {
            const event = data as StepsEvent;
            last = event.lastStep;
            hear.steps(event);
          },
          status: (data) => {
            hear.status(data as StatusEvent);
          },
          gone: (data) => {
            gone((data as GoneEvent).error);
          },
        },
        opened: (again) => {
          tell(me, false);
          if (again) hear.missed();
        },
        lost: () => {
          tell(me, true);
          // A stream does not say why it was refused.
          ask(routes.run(id)).catch((error: unknown) => {
            if (error instanceof RefusedError && error.status === 404) gone(error.message);
          });
        },
      });
      return end;
    },
  };
}
