/** Selects test images that show a net's strengths and weaknesses: confident mistakes, and correct predictions. */
import type { ImageSet } from '../data/index.ts';
import { encodePng } from '../io/index.ts';
import type { TestSample, TestSamples } from '../runs/index.ts';

/** Number of images; up to half are mistakes. */
const count = 24;
/** Number of guesses recorded for each image. */
export const guessCount = 3;

/** The most likely classes of a batch with their probabilities, [size, guesses] each. */
export interface Guesses {
  /** Index of the first image of the batch. */
  readonly start: number;
  readonly labels: Int32Array;
  readonly classes: readonly number[];
  readonly probabilities: readonly number[];
}

type Candidate = Omit<TestSample, 'image'>;

/** Receives every batch of an evaluation and keeps a few candidates of each class. */
export class SampleChooser {
  readonly #set: ImageSet;
  /** By true class: the most confident mistakes, and the first correct images. */
  readonly #wrong: Candidate[][];
  readonly #right: Candidate[][];

  constructor(set: ImageSet) {
    this.#set = set;
    this.#wrong = set.classes.map(() => []);
    this.#right = set.classes.map(() => []);
  }

  see({ start, labels, classes, probabilities }: Guesses): void {
    const width = classes.length / labels.length;
    for (const [i, label] of labels.entries()) {
      const right = classes[i * width] === label;
      const kept = (right ? this.#right : this.#wrong)[label];
      // Keep the first correct images; replace a mistake only by a more confident one.
      if (
        !kept ||
        (kept.length >= count && (right || confidence(kept.at(-1)!) >= (probabilities[i * width] ?? 0)))
      )
        continue;
      const top = Array.from({ length: width }, (_, k) => ({
        class: classes[i * width + k] ?? 0,
        probability: Math.min(1, probabilities[i * width + k] ?? 0),
      }));
      kept.push({ index: start + i, label, top });
      if (right) continue;
      kept.sort((a, b) => confidence(b) - confidence(a));
      kept.length = Math.min(kept.length, count);
    }
  }

  /** Mistakes first, most confident first; undefined for images that PNG cannot store. */
  choose(): TestSamples | undefined {
    const set = this.#set;
    if (set.channels !== 1 && set.channels !== 3) return undefined;
    const mistakes = interleave(this.#wrong, count / 2);
    const right = interleave(this.#right, count - mistakes.length);
    const more = interleave(this.#wrong, count - right.length);
    const chosen = [...more.sort((a, b) => confidence(b) - confidence(a)), ...right];
    const pixels = set.height * set.width * set.channels;
    return {
      classes: [...set.classes],
      samples: chosen.map((candidate) => {
        const bytes = set.images.subarray(candidate.index * pixels, (candidate.index + 1) * pixels);
        return { ...candidate, image: `data:image/png;base64,${encodePng(bytes, set).toString('base64')}` };
      }),
    };
  }
}

const confidence = ({ top }: Candidate): number => top[0]?.probability ?? 0;

/** Interleaves lists: the first of each, then the second of each, .. */
function interleave(lists: readonly (readonly Candidate[])[], max: number): Candidate[] {
  const taken: Candidate[] = [];
  const longest = Math.max(0, ...lists.map(({ length }) => length));
  for (let place = 0; place < longest; place++)
    for (const list of lists) {
      const candidate = list[place];
      if (candidate && taken.length < max) taken.push(candidate);
    }
  return taken;
}
