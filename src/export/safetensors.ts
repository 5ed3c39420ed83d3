/** Safetensors with PyTorch parameter names. */
import { encodeSafetensors, writeFileAtomic } from '../io/index.ts';
import { type ExportedWeights, exportWeights } from '../train/index.ts';
import { netFacts } from './facts.ts';
import type { ExportRequest, Format } from './format.ts';

/** `unit`: all were 1. `folded`: into the weights. `apart`: stored separately. */
type Steps = 'unit' | 'folded' | 'apart';

const remarks: Readonly<Record<Steps, string>> = {
  unit: 'every step size is 1',
  folded: "step sizes are multiplied into the blocks' last layers: a plain ResNet produces the same outputs",
  apart:
    'a plain ResNet cannot represent the step sizes, which follow from the positions in the file (layerS.I.tau, tauEnd or step): without them its outputs differ',
};

interface NamedWeights extends Pick<ExportedWeights, 'tensors'> {
  readonly metadata: Readonly<Record<string, string>>;
  readonly style: string;
  readonly steps: Steps;
  /** About the step sizes, for people. */
  readonly remark: string;
}

/** The weights in the wanted style, with what a file says about them. */
export function namedWeights({ trained, keyStyle, foldSteps }: ExportRequest): NamedWeights {
  const style = keyStyle ?? 'akamaster';
  const { tensors, metadata, unitSteps } = exportWeights(trained.learner.model, { style, fold: foldSteps });
  const steps = unitSteps ? 'unit' : foldSteps ? 'folded' : 'apart';
  const facts = { format: 'pt', ...netFacts(trained), 'key-style': style, steps, ...metadata };
  return { tensors, metadata: facts, style, steps, remark: remarks[steps] };
}

export const safetensors: Format = {
  flags: ['keyStyle', 'foldSteps'],
  write(request) {
    const { output } = request;
    const { tensors, metadata, style, steps, remark } = namedWeights(request);
    writeFileAtomic(output, encodeSafetensors(tensors, metadata));
    return {
      facts: { file: output, keyStyle: style, tensors: tensors.size, steps },
      summary: `${output}: ${tensors.size} tensors, ${style} names; ${remark}`,
    };
  },
};
