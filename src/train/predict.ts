/** Classifies single images, most likely class first. */
import { checkInteger, checkObject } from '../check.ts';
import { noGrad, ops, scope } from '../tensor/index.ts';
import { BatchTensors } from './batch-tensors.ts';
import type { Trained } from './trained.ts';

export interface Prediction {
  readonly name: string;
  /** Most likely first; softmax probabilities. */
  readonly classes: readonly { readonly name: string; readonly probability: number }[];
}

/**
 * The most likely classes of an image, with their probabilities.
 *
 * @param bytes - one image [H, W, C] in the size the net was trained on, 0..255
 * @param top - number of classes to return, at least 1; capped at the number of classes
 * @throws UsageError for a number of classes below 1
 */
export function predict(trained: Trained, name: string, bytes: Uint8Array, top: number): Prediction {
  checkObject('what loadTrained returned', 'trained', trained, 'learner', 'state', 'config');
  const { learner, state, config } = trained;
  checkInteger('top', top, { min: 1 });
  const { images } = state;
  const tensors = new BatchTensors(images, images, config.dtype, config.device);
  try {
    return noGrad(() =>
      scope(() => {
        const logits = learner.forward(tensors.images(bytes, 1), false);
        const probabilities = ops.exp(ops.logSoftmax(logits, 1)).toArray();
        const ranked = probabilities.map((probability, c) => ({
          name: images.classes[c] ?? String(c),
          probability,
        }));
        return { name, classes: ranked.sort((a, b) => b.probability - a.probability).slice(0, top) };
      }),
    );
  } finally {
    tensors.dispose();
  }
}
