/** A state dict in the format of torch.save. */
import { encodeStateDict, writeFileAtomic } from '../io/index.ts';
import type { Format } from './format.ts';
import { namedWeights } from './safetensors.ts';

export const torch: Format = {
  flags: ['keyStyle', 'foldSteps'],
  write(request) {
    const { output } = request;
    const { tensors, style, steps, remark } = namedWeights(request);
    writeFileAtomic(output, encodeStateDict(tensors));
    return {
      facts: { file: output, keyStyle: style, tensors: tensors.size, steps },
      summary: `${output}: state dict of ${tensors.size} tensors, ${style} names; ${remark}`,
    };
  },
};
