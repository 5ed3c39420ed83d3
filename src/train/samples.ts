/** Test images that show what a trained net can and cannot do: confident mistakes, and images it gets right. */
import type { ImageSet } from '../data/index.ts';
import { encodePng } from '../io/png.ts';
import type { TestSample, TestSamples } from '../runs/index.ts';

/** Half of them mistakes, where there are so many. */
const count = 24;
/** Guesses that are told of each image. */
export const guessCount = 3;

/** The most likely classes of a batch with their probabilities, [size, guesses] each. */
export interface Guesses {
  /** Index of its first image. */
  readonly start: number;
  readonly labels: Int32Array;
  readonly classes: readonly number[];
  readonly probabilities: readonly number[];
}

type Candidate = Omit<TestSample, 'image'>;

/** Sees every batch of an evaluation and keeps a few candidates of each class. */
export class SampleChooser {
  readonly #set: ImageSet;
  /** By true class: the most confident mistakes, and the first images that are right. */
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
      // Right ones are taken as they come; of mistakes only one that is more confident than those kept.
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

  /** Mistakes first, the most confident first; undefined for images that no PNG holds. */
  choose(): TestSamples | undefined {
    const set = this.#set;
    if (set.channels !== 1 && set.channels !== 3) return undefined;
    const mistakes = inTurn(this.#wrong, count / 2);
    const right = inTurn(this.#right, count - mistakes.length);
    const more = inTurn(this.#wrong, count - right.length);
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

/** The first of each list, then the second of each, .. */
function inTurn(lists: readonly (readonly Candidate[])[], most: number): Candidate[] {
  const taken: Candidate[] = [];
  const longest = Math.max(0, ...lists.map(({ length }) => length));
  for (let place = 0; place < longest; place++)
    for (const list of lists) {
      const candidate = list[place];
      if (candidate && taken.length < most) taken.push(candidate);
    }
  return taken;
}
