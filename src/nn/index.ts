export { activate, activateInPlace, type Activation, activations } from './activation.ts';
export { type AfterNorm, BatchNorm } from './batch-norm.ts';
export { Conv2d, type Conv2dOptions } from './conv2d.ts';
export { crossEntropy } from './cross-entropy.ts';
export { buffer, parameter } from './initialise.ts';
export {
  evaluationMode,
  joinNamed,
  type Layer,
  type Mode,
  type NamedTensors,
  type Placement,
} from './layer.ts';
export { Linear } from './linear.ts';
export { normalisedConv } from './normalised-conv.ts';
