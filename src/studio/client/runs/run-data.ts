/** A run that is looked at: what was read of it, kept up to date. */
import { type ReadonlySignal, signal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import type { SwapRecord } from '../../../runs/index.ts';
import type { RunDetail, StatusEvent, StepCurves } from '../../protocol/index.ts';
import { messageOf } from '../parts/loaded.ts';
import type { Stop } from '../source/source.ts';
import { source } from '../store.ts';
import { appendCurves, mergedBy } from './curves.ts';

/** More are not seen on a screen. */
export const curvePoints = 1200;

export interface RunData {
  readonly id: string;
  readonly detail: ReadonlySignal<RunDetail | undefined>;
  readonly curves: ReadonlySignal<StepCurves | undefined>;
  readonly swaps: ReadonlySignal<readonly SwapRecord[]>;
  readonly swapTotal: ReadonlySignal<number>;
  readonly failure: ReadonlySignal<string | undefined>;
}

/** Follows the run while the component is shown. */
export function useRun(id: string): RunData {
  const run = useMemo(() => followed(id), [id]);
  useEffect(() => run.follow(), [run]);
  return run;
}

function followed(id: string): RunData & { readonly follow: () => Stop } {
  const detail = signal<RunDetail | undefined>(undefined);
  const curves = signal<StepCurves | undefined>(undefined);
  const swaps = signal<readonly SwapRecord[]>([]);
  const swapTotal = signal(0);
  const failure = signal<string | undefined>(undefined);
  let wanted = true;
  let reading = false;

  const readDetail = async (): Promise<void> => {
    const read = await source().run(id);
    if (wanted) detail.value = read;
  };
  const readCurves = async (): Promise<void> => {
    if (reading) return;
    reading = true;
    try {
      const read = await source().steps(id, { points: curvePoints });
      // What came by the stream in the meantime stands after it.
      const late = curves.peek();
      if (wanted)
        curves.value =
          late && late.lastStep > read.lastStep ? appendCurves(read, tail(late, read.lastStep)) : read;
    } finally {
      reading = false;
    }
  };
  const fail = (error: unknown): void => {
    if (wanted) failure.value = messageOf(error);
  };

  const status = ({ row, epochs, swaps: more }: StatusEvent): void => {
    const before = detail.peek();
    if (!before) return;
    detail.value = { ...before, row, epochs: mergedBy(before.epochs, epochs, ({ epoch }) => epoch) };
    const last = swaps.peek().at(-1)?.step ?? 0;
    const fresh = more.filter(({ step }) => step > last);
    if (fresh.length) swaps.value = [...swaps.peek(), ...fresh];
    swapTotal.value = Math.max(row.swaps, swapTotal.peek());
    // With the state its result, its message, and what it can do next have changed.
    if (row.state !== before.row.state || row.final !== before.row.final) readDetail().catch(fail);
  };
  const begin = async (): Promise<Stop> => {
    const [, , found] = await Promise.all([readDetail(), readCurves(), source().swaps(id)]);
    swaps.value = found.swaps;
    swapTotal.value = found.total;
    failure.value = undefined;
    return source().watchRun(id, curves.peek()?.lastStep ?? 0, {
      steps: (event) => {
        const now = curves.peek();
        if (!now) return;
        curves.value = appendCurves(now, event);
        if (curves.value.step.length > 2.5 * curvePoints) readCurves().catch(fail);
      },
      status,
    });
  };
  const follow = (): Stop => {
    wanted = true;
    let stop: Stop | undefined;
    let retry: ReturnType<typeof setTimeout> | undefined;
    const attempt = (): void => {
      begin().then(
        (end) => {
          if (wanted) stop = end;
          else end();
        },
        (error: unknown) => {
          fail(error);
          if (wanted) retry = setTimeout(attempt, 4000);
        },
      );
    };
    attempt();
    return () => {
      wanted = false;
      clearTimeout(retry);
      stop?.();
    };
  };
  return { id, detail, curves, swaps, swapTotal, failure, follow };
}

/** The points after a step. */
function tail(curves: StepCurves, after: number): StepCurves {
  const from = curves.step.findIndex((step) => step > after);
  const cut = <T>(values: readonly T[]): readonly T[] => (from < 0 ? [] : values.slice(from));
  return {
    ...curves,
    step: cut(curves.step),
    epoch: cut(curves.epoch),
    loss: cut(curves.loss),
    lossMin: cut(curves.lossMin),
    lossMax: cut(curves.lossMax),
    error: cut(curves.error),
    lr: cut(curves.lr),
    tauLr: cut(curves.tauLr),
    imagesPerSecond: cut(curves.imagesPerSecond),
    seconds: cut(curves.seconds),
    stages: Object.fromEntries(
      Object.entries(curves.stages).map(([name, { tau, tauEnd, step }]) => [
        name,
        { tau: tau && cut(tau), tauEnd: tauEnd && cut(tauEnd), step: step && cut(step) },
      ]),
    ),
  };
}
