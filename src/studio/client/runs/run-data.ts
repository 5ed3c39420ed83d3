/** The data of the displayed run, kept up to date. */
import { type ReadonlySignal, signal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import type { SwapRecord } from '../../../runs/index.ts';
import type { RunDetail, StatusEvent, StepCurves, StepsEvent } from '../../protocol/index.ts';
import { messageOf } from '../parts/loaded.ts';
import type { Source, Stop } from '../source/source.ts';
import { source } from '../store.ts';
import { appendCurves, curvesAfter, curvesUpTo } from './curves.ts';

/** Points per curve; a screen shows no more. */
export const curvePoints = 1200;
/** Delay before a retry after a failure, in ms. */
const retryDelay = 4000;

export interface FollowedData {
  readonly id: string;
  readonly detail: ReadonlySignal<RunDetail | undefined>;
  readonly curves: ReadonlySignal<StepCurves | undefined>;
  readonly swaps: ReadonlySignal<readonly SwapRecord[]>;
  readonly swapTotal: ReadonlySignal<number>;
  readonly failure: ReadonlySignal<string | undefined>;
  /** Whether the folder has been removed; the last data stays visible. */
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
  /** Incremented at each restart; results of earlier reads are dropped. */
  #generation = 0;
  #reading = false;

  constructor(id: string, from: Source) {
    this.id = id;
    this.#source = from;
  }

  /** Reads and follows until the returned function is called. */
  follow(): Stop {
    this.#restart();
    return () => {
      this.#leave();
    };
  }

  #leave(): void {
    this.#generation++;
    clearTimeout(this.#retry);
    this.#stop?.();
    this.#stop = undefined;
  }

  /** Reads everything again and follows from there. */
  #restart(): void {
    this.#leave();
    const generation = this.#generation;
    this.#readAll(generation).catch((error: unknown) => {
      if (generation !== this.#generation) return;
      this.failure.value = messageOf(error);
      this.#retryLater();
    });
  }

  #retryLater(): void {
    this.#retry = setTimeout(() => {
      this.#restart();
    }, retryDelay);
  }

  async #readAll(generation: number): Promise<void> {
    const { id } = this;
    // The detail comes first: nothing else is requested for a missing run.
    const detail = await this.#source.run(id);
    const [curves, swaps] = await Promise.all([
      this.#source.steps(id, { points: curvePoints }),
      this.#source.swaps(id),
    ]);
    if (generation !== this.#generation) return;
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
        this.#retryLater();
      },
      missed: () => {
        this.#restart();
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

  /** Replaces accumulated points by fewer ones downsampled by the server. */
  async #thin(): Promise<void> {
    if (this.#reading) return;
    this.#reading = true;
    const generation = this.#generation;
    try {
      const read = await this.#source.steps(this.id, { points: curvePoints });
      const now = this.curves.peek();
      if (generation !== this.#generation || !now) return;
      // Appends the steps streamed meanwhile.
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
    // A change of state also changes the result, the message and the possible actions.
    if (row.state !== before.row.state || row.final !== before.row.final || stamp !== before.stamp)
      this.#readDetail().catch((error: unknown) => {
        this.failure.value = messageOf(error);
      });
  }

  async #readDetail(): Promise<void> {
    const generation = this.#generation;
    const read = await this.#source.run(this.id);
    if (generation === this.#generation) this.detail.value = read;
  }
}
