/** The indices of the runs whose curves were asked for lately. */
import { StepIndex } from './step-index.ts';

/** Steps of all indices together: some 100 MB. The one in use stays, however long it is. */
const mostSteps = 3_000_000;
/** An index holds 32 KB at least, also one of few steps. */
const mostIndices = 500;

export class CurveStore {
  /** By file, the one that was asked for last at the end. */
  readonly #indices = new Map<string, StepIndex>();

  /** The index of a `metrics.jsonl`, up to date. @throws the system's error if it cannot be read */
  async index(file: string): Promise<StepIndex> {
    const index = this.#indices.get(file) ?? new StepIndex(file);
    this.#indices.delete(file);
    this.#indices.set(file, index);
    try {
      await index.update();
    } catch (error) {
      this.#indices.delete(file);
      throw error;
    }
    this.#forget(index);
    return index;
  }

  #forget(inUse: StepIndex): void {
    let steps = [...this.#indices.values()].reduce((sum, index) => sum + index.steps.length, 0);
    for (const [file, index] of this.#indices) {
      if (steps <= mostSteps && this.#indices.size <= mostIndices) return;
      if (index === inUse) continue;
      this.#indices.delete(file);
      steps -= index.steps.length;
    }
  }
}
