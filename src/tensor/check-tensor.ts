import { unexpected } from '../check.ts';
import { Tensor } from './tensor.ts';

/** @throws UsageError unless `value` is a tensor; `shape` says in words which */
export function checkTensor(name: string, value: unknown, shape = ''): Tensor {
  if (!(value instanceof Tensor)) throw unexpected(`a tensor${shape && ` ${shape}`}`, name, value);
  return value;
}
