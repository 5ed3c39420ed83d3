/**
 * A net as an ONNX model: the operators of its forward pass in evaluation mode. Batch norms and step sizes are folded
 * into the convolutions, as the engine folds them.
 */
import { protobuf } from '../../io/index.ts';
import type { CifarResNet } from '../../models/index.ts';
import { type Tensor, zeros } from '../../tensor/index.ts';
import { trace } from '../../tensor/trace.ts';
import { Graph } from './graph.ts';
import { addOperator } from './operators.ts';

const { bytes, integer } = protobuf;

/** Opset 17 belongs to version 8 of the file format (ONNX 1.12, 2022). */
const opset = 17;
const irVersion = 8;

export interface OnnxOptions {
  /** Shape of one image: [C, H, W]. */
  readonly image: readonly [channels: number, height: number, width: number];
  /** The model normalises its images by these moments per channel; default: it expects normalised images. */
  readonly normalise?: { readonly mean: readonly number[]; readonly std: readonly number[] };
  /** Text for the images' description. */
  readonly images: string;
  readonly name: string;
  readonly version: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * The ONNX file of a net: `images` [N, C, H, W] to `logits` [N, classes], in float32.
 *
 * @throws UsageError if the net is too large for an ONNX file
 */
export function encodeOnnx(net: CifarResNet, options: OnnxOptions): Uint8Array[] {
  const { image, normalise, images, name, version, metadata } = options;
  const [weight] = net.parameters.values();
  const { dtype, device } = weight!;
  const example = zeros([2, ...image], { dtype, device });
  const { operators, output } = trace((input: Tensor) => net.forward(input, { training: false }), example);
  example.dispose();

  const graph = new Graph();
  const perChannel = (values: readonly number[], kind: string): string =>
    graph.constant({ dtype: 'f32', shape: [values.length, 1, 1], data: Float32Array.from(values) }, kind);
  let input = 'images';
  if (normalise) {
    const centred = graph.node('Sub', [input, perChannel(normalise.mean, 'mean')]);
    input = graph.node('Div', [centred, perChannel(normalise.std, 'std')]);
  }
  const names = new Map([[0, input]]);
  for (const operator of operators) names.set(operator.result, addOperator(operator, graph, names));
  graph.node('Identity', [names.get(output)!], {}, 'logits');

  const classes = net.parameters.get('linear.bias')!.size;
  const model = [
    integer(1, irVersion),
    bytes(2, 'meanfield'),
    bytes(3, version),
    bytes(
      7,
      graph.encode(
        name,
        { name: 'images', shape: ['N', ...image], doc: images },
        { name: 'logits', shape: ['N', classes] },
      ),
    ),
    bytes(8, bytes(1, ''), integer(2, opset)),
    ...Object.entries(metadata).map(([key, value]) => bytes(14, bytes(1, key), bytes(2, value))),
  ];
  return model;
}
