/** A run that is looked at: what was read of it, kept up to date. */
import { type ReadonlySignal, signal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import type { SwapRecord } from '../../../runs/index.ts';
import type { RunDetail, StatusEvent, StepCurves, StepsEvent } from '../../protocol/index.ts';
import { messageOf } from '../parts/loaded.ts';
import type { Source, Stop } from '../source/source.ts';
import { source } from '../store.ts';
import { appendCurves, curvesAfter, curvesUpTo } from './curves.ts';

/** More are not seen on a screen. */
export const curvePoints = 1200;
/** After a failure it is tried again, in ms. */
const tryAgain = 4000;

export interface FollowedData {
  readonly id: string;
  readonly detail: ReadonlySignal<RunDetail | undefined>;
  readonly curves: ReadonlySignal<StepCurves | undefined>;
  readonly swaps: ReadonlySignal<readonly SwapRecord[]>;
  readonly swapTotal: ReadonlySignal<number>;
  readonly failure: ReadonlySignal<string | undefined>;
  /** The folder is no longer there: what is shown is what was. */
  readonly gone: ReadonlySignal<boolean>;
}

/** Follows the run while the component is shown. */
export function useRun(id: string): FollowedData {
  const run = useMemo(() => new FollowedRun(id, source()), [id]);
  useEffect(() => run.follow(), [run]);
  return run;
}

export class FollowedRun implements FollowedData {
  readonly id: string;
  readonly detail = signal<RunDetail | undefined>(undefined);
  readonly curves = signal<StepCurves | undefined>(undefined);
  readonly swaps = signal<readonly SwapRecord[]>([]);
  readonly swapTotal = signal(0);
  readonly failure = signal<string | undefined>(undefined);
  readonly gone = signal(false);
  readonly #source: Source;
  #stop: Stop | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  /** Which beginning is the last one: what an earlier one reads counts no more. */
  #turn = 0;
  #reading = false;

  constructor(id: string, from: Source) {
    this.id = id;
    this.#source = from;
  }

  /** Reads and follows until the returned function is called. */
  follow(): Stop {
    this.#begin();
    return () => {
      this.#leave();
    };
  }

  #leave(): void {
    this.#turn++;
    clearTimeout(this.#retry);
    this.#stop?.();
    this.#stop = undefined;
  }

  /** Reads everything anew, and follows from there. */
  #begin(): void {
    this.#leave();
    const turn = this.#turn;
    this.#readAll(turn).catch((error: unknown) => {
      if (turn !== this.#turn) return;
      this.failure.value = messageOf(error);
      this.#later();
    });
  }

  #later(): void {
    this.#retry = setTimeout(() => {
      this.#begin();
    }, tryAgain);
  }

  async #readAll(turn: number): Promise<void> {
    const { id } = this;
    // First alone: of a run that is not there nothing else is asked.
    const detail = await this.#source.run(id);
    const [curves, swaps] = await Promise.all([
      this.#source.steps(id, { points: curvePoints }),
      this.#source.swaps(id),
    ]);
    if (turn !== this.#turn) return;
    this.detail.value = detail;
    this.curves.value = curves;
    this.swaps.value = swaps.swaps;
    this.swapTotal.value = swaps.total;
    this.failure.value = undefined;
    this.gone.value = false;
    this.#stop = this.#source.watchRun(id, curves.lastStep, {
      steps: (event) => {
        this.#steps(event);
      },
      status: (event) => {
        this.#status(event);
      },
      gone: (message) => {
        this.#leave();
        this.gone.value = true;
        this.failure.value = message;
        this.#later();
      },
      missed: () => {
        this.#begin();
      },
    });
  }

  #steps(event: StepsEvent): void {
    const now = this.curves.peek();
    if (!now) return;
    if (event.after < now.lastStep)
      this.swaps.value = this.swaps.peek().filter(({ step }) => step <= event.after);
    const all = appendCurves(curvesUpTo(now, event.after), event);
    this.curves.value = { ...all, total: event.total };
    if (all.step.length > 2.5 * curvePoints)
      this.#thin().catch((error: unknown) => {
        this.failure.value = messageOf(error);
      });
  }

  /** Fewer points, chosen by the server, in place of the many that have come one by one. */
  async #thin(): Promise<void> {
    if (this.#reading) return;
    this.#reading = true;
    const turn = this.#turn;
    try {
      const read = await this.#source.steps(this.id, { points: curvePoints });
      const now = this.curves.peek();
      if (turn !== this.#turn || !now) return;
      // What came by the stream in the meantime stands after it.
      this.curves.value =
        now.lastStep > read.lastStep ? appendCurves(read, curvesAfter(now, read.lastStep)) : read;
    } finally {
      this.#reading = false;
    }
  }

  #status({ row, stamp, epochs, swaps }: StatusEvent): void {
    const before = this.detail.peek();
    if (!before) return;
    this.detail.value = { ...before, row, epochs };
    const last = this.swaps.peek().at(-1)?.step ?? 0;
    const fresh = swaps.filter(({ step }) => step > last);
    if (fresh.length) this.swaps.value = [...this.swaps.peek(), ...fresh];
    this.swapTotal.value = Math.max(row.swaps, this.swaps.peek().length);
    // With the state its result, its message, and what it can do next have changed.
    if (row.state !== before.row.state || row.final !== before.row.final || stamp !== before.stamp)
      this.#readDetail().catch((error: unknown) => {
        this.failure.value = messageOf(error);
      });
  }

  async #readDetail(): Promise<void> {
    const turn = this.#turn;
    const read = await this.#source.run(this.id);
    if (turn === this.#turn) this.detail.value = read;
  }
}
