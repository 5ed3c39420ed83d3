import { unexpected } from '../check.ts';
import { Tensor } from './tensor.ts';

/**
 * @param shape - the expected shape in words
 * @throws UsageError unless `value` is a tensor
 */
export function checkTensor(name: string, value: unknown, shape = ''): Tensor {
  if (!(value instanceof Tensor)) throw unexpected(`a tensor${shape && ` ${shape}`}`, name, value);
  return value;
}
