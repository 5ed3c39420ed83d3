/** Automatic mixed precision: operators that gain from it compute in a narrower type. */
import { native } from '../native/index.ts';
import { type DType, dtypeCode } from './dtype.ts';

/**
 * Runs `body` with autocast to `dtype` on the device's kind. Casts of weights are cached until the end,
 * so one call should span one forward pass.
 */
export function autocast<T>(device: string, dtype: DType, body: () => T): T {
  const cuda = device.startsWith('cuda');
  native().setAutocast(cuda, true, dtypeCode(dtype));
  try {
    return body();
  } finally {
    native().setAutocast(cuda, false, dtypeCode(dtype));
  }
}
