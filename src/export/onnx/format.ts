/** ONNX, for onnxruntime and other inference engines. */
import { writeFileAtomic } from '../../io/index.ts';
import { depthFacts, netFacts, runFacts } from '../facts.ts';
import type { Format } from '../format.ts';
import { encodeOnnx } from './encode.ts';

export const onnx: Format = {
  flags: ['normalise'],
  write({ run, trained, output, version, normalise }) {
    const { images, step } = trained.state;
    const { channels, height, width, mean, std } = images;
    const input = normalise
      ? 'pixels from 0 to 1; the model normalises them'
      : 'normalised images: (pixel / 255 - mean) / std, per channel';
    const net = { ...netFacts(trained), ...runFacts(run, trained) };
    const model = encodeOnnx(trained.learner.model, {
      image: [channels, height, width],
      ...(normalise && { normalise: { mean, std } }),
      images: input,
      name: net.model!,
      version,
      metadata: { ...net, input, normalises: String(normalise), ...depthFacts(trained), meanfield: version },
    });
    writeFileAtomic(output, model);
    return {
      facts: { file: output, input: 'images', output: 'logits', opset: 17, step },
      summary: `${output}: ONNX, images [N, ${channels}, ${height}, ${width}] (${input}) to logits [N, ${images.classes.length}]`,
    };
  },
};
