/** The compared runs, kept up to date. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { RunDetail, RunRow, StepCurves } from '../../protocol/index.ts';
import { messageOf } from '../parts/loaded.ts';
import { runs, source } from '../store.ts';

export interface Compared {
  readonly id: string;
  readonly detail: RunDetail;
  readonly curves: StepCurves;
}

/** Points per curve; one line among several needs no more. */
const points = 700;
/** Refresh interval of a growing run, in ms. */
const readEvery = 4000;

async function read(id: string): Promise<Compared> {
  const [detail, curves] = await Promise.all([source().run(id), source().steps(id, { points })]);
  return { id, detail, curves };
}

interface Read {
  readonly one?: Compared | undefined;
  readonly failure?: string | undefined;
}

/** Whether the list has newer data for a run: it has grown or ended. */
export function isBehind({ detail: { row } }: Compared, now: RunRow | undefined): boolean {
  return now !== undefined && (now.step !== row.step || now.state !== row.state || now.final !== row.final);
}

/**
 * Reads the runs again when the list reports progress. A failed read affects no other run and keeps the data read
 * before. It polls instead of streaming, because browsers allow six connections per server over all tabs.
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
