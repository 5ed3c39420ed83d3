/** The runs that are compared, kept up to date. */
import { useEffect, useState } from 'preact/hooks';
import type { RunDetail, StepCurves } from '../../protocol/index.ts';
import { messageOf } from '../parts/loaded.ts';
import { runs, source } from '../store.ts';

export interface Compared {
  readonly id: string;
  readonly detail: RunDetail;
  readonly curves: StepCurves;
}

/** Enough for a line among others. */
const points = 700;
/** Of a run that grows, in ms. */
const readEvery = 4000;

async function read(id: string): Promise<Compared> {
  const [detail, curves] = await Promise.all([source().run(id), source().steps(id, { points })]);
  return { id, detail, curves };
}

/** The runs, read again while they grow; one that fails does not keep back the others. */
export function useCompared(wanted: readonly string[]): {
  readonly found: readonly Compared[];
  readonly failures: readonly string[];
  readonly waiting: boolean;
} {
  const [all, setAll] = useState<ReadonlyMap<string, Compared | string>>(new Map());
  const key = wanted.join('\n');
  useEffect(() => {
    let shown = true;
    const take = (id: string): Promise<void> =>
      read(id).then(
        (one) => {
          if (shown) setAll((old) => new Map(old).set(id, one));
        },
        (error: unknown) => {
          if (shown) setAll((old) => new Map(old).set(id, messageOf(error)));
        },
      );
    for (const id of wanted) void take(id);
    let busy = false;
    const timer = setInterval(() => {
      const growing = document.hidden
        ? []
        : wanted.filter((id) => runs.peek()?.rows.get(id)?.state === 'running');
      if (busy || !growing.length) return;
      busy = true;
      void Promise.all(growing.map(take)).finally(() => {
        busy = false;
      });
    }, readEvery);
    return () => {
      shown = false;
      clearInterval(timer);
    };
  }, [key]);
  const found = wanted.flatMap((id) => {
    const one = all.get(id);
    return one && typeof one !== 'string' ? [one] : [];
  });
  const failures = wanted.flatMap((id) => {
    const one = all.get(id);
    return typeof one === 'string' ? [`${id}: ${one}`] : [];
  });
  return { found, failures, waiting: wanted.some((id) => !all.has(id)) };
}
