/**
 * Tensors of libtorch: creation, operators, autograd, random generators, and scopes that free them.
 *
 * @module meanfield/tensor
 */
export { autocast } from './autocast.ts';
export { enableGrad, grad, type GradOptions, isGradEnabled, noGrad } from './autograd.ts';
export { type CreateOptions, full, ones, tensor, fromBuffer, to, zeros } from './create.ts';
export {
  defaultDtype,
  type DType,
  dtypeBytes,
  dtypes,
  finfo,
  type MemoryFormat,
  type NumericArray,
} from './dtype.ts';
export { Generator } from './generator.ts';
export * as ops from './operators_generated.ts';
export type { Nested } from './nested.ts';
export { keep, scope } from './scope.ts';
export { liveTensorCount, Tensor } from './tensor.ts';
