/** The runs that are compared, kept up to date. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { RunDetail, RunRow, StepCurves } from '../../protocol/index.ts';
import { messageOf } from '../parts/loaded.ts';
import { runs, source } from '../store.ts';

export interface Compared {
  readonly id: string;
  readonly detail: RunDetail;
  readonly curves: StepCurves;
}

/** Enough for a line among others. */
const points = 700;
/** While a run grows, in ms. */
const readEvery = 4000;

async function read(id: string): Promise<Compared> {
  const [detail, curves] = await Promise.all([source().run(id), source().steps(id, { points })]);
  return { id, detail, curves };
}

interface Read {
  readonly one?: Compared | undefined;
  readonly failure?: string | undefined;
}

/** Whether the list knows more of a run than was read of it: it has grown, or has come to its end. */
export function isBehind({ detail: { row } }: Compared, now: RunRow | undefined): boolean {
  return now !== undefined && (now.step !== row.step || now.state !== row.state || now.final !== row.final);
}

/**
 * The runs, read again when the list says that they are further; one that fails does not keep back the others, and what was
 * read of it before stays. They are asked for, and not streamed: browsers allow six connections a server, over all tabs.
 */
export function useCompared(wanted: readonly string[]): {
  readonly found: readonly Compared[];
  readonly failures: readonly string[];
  readonly waiting: boolean;
} {
  const [all, setAll] = useState<ReadonlyMap<string, Read>>(new Map());
  const latest = useRef(all);
  latest.current = all;
  const key = wanted.join('\n');
  useEffect(() => {
    let shown = true;
    const take = (id: string): Promise<void> =>
      read(id).then(
        (one) => {
          if (shown) setAll((old) => new Map(old).set(id, { one }));
        },
        (error: unknown) => {
          if (shown) setAll((old) => new Map(old).set(id, { ...old.get(id), failure: messageOf(error) }));
        },
      );
    for (const id of wanted) void take(id);
    let busy = false;
    const renew = (): void => {
      if (document.hidden || busy) return;
      const behind = wanted.filter((id) => {
        const { one, failure } = latest.current.get(id) ?? {};
        return failure !== undefined || (one && isBehind(one, runs.peek()?.rows.get(id)));
      });
      if (!behind.length) return;
      busy = true;
      void Promise.all(behind.map(take)).finally(() => {
        busy = false;
      });
    };
    const timer = setInterval(renew, readEvery);
    return () => {
      shown = false;
      clearInterval(timer);
    };
  }, [key]);
  const found = wanted.flatMap((id) => all.get(id)?.one ?? []);
  const failures = wanted.flatMap((id) => {
    const failure = all.get(id)?.failure;
    return failure === undefined ? [] : [`${id}: ${failure}`];
  });
  return { found, failures, waiting: wanted.some((id) => !all.has(id)) };
}
