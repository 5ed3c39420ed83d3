/** Selects the training steps of the snapshots: dense at first, where most happens. */

export const snapshotCount = 24;

/** Steps 0 = first < .. < last = `steps`, at most `count` + 1 of them. */
export function snapshotSteps(steps: number, count = snapshotCount): Set<number> {
  return new Set(Array.from({ length: count + 1 }, (_, i) => Math.round(steps * (i / count) ** 2)));
}

/** Buffers columns of a curve until they are emitted. */
export class Columns<Name extends string> {
  readonly #names: readonly Name[];
  #step: number[] = [];
  #columns: Record<string, number[]> = {};

  constructor(names: readonly Name[]) {
    this.#names = names;
    this.take();
  }

  add(step: number, row: Readonly<Record<Name, number>>): void {
    this.#step.push(step);
    for (const name of this.#names) this.#columns[name]!.push(Number(row[name].toPrecision(6)));
  }

  get waiting(): number {
    return this.#step.length;
  }

  /** Returns the buffered columns and clears the buffer. */
  take(): { step: number[]; columns: Record<string, number[]> } {
    const taken = { step: this.#step, columns: this.#columns };
    this.#step = [];
    this.#columns = Object.fromEntries(this.#names.map((name) => [name, []]));
    return taken;
  }
}
