/** Keeps the step indices of recently requested runs. */
import { StepIndex } from './step-index.ts';

/** Limit for the steps of all indices, about 100 MB. The index in use is always kept. */
const maxSteps = 3_000_000;
/** Limit for short runs: an index takes at least 32 KB. */
const maxIndices = 500;

export class CurveStore {
  /** Least recently used first. */
  readonly #indices = new Map<string, StepIndex>();

  /** Returns the up-to-date index of a `metrics.jsonl`. @throws the system's error if the file cannot be read */
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
      if (steps <= maxSteps && this.#indices.size <= maxIndices) return;
      if (index === inUse) continue;
      this.#indices.delete(file);
      steps -= index.steps.length;
    }
  }
}
