/** Automatic mixed precision: operators that gain from it compute in a narrower type. */
import { guarded, native } from '../native/index.ts';
import { type DType, dtypeCode } from './dtype.ts';
import { refuseAsync } from './scope.ts';

/**
 * Runs `body` with autocast to `dtype` on the device's kind. Casts of weights are cached until the end,
 * so one call should span one forward pass. Calls nest.
 *
 * @throws UsageError if the body is asynchronous.
 */
export function autocast<T>(device: string, dtype: DType, body: () => T): T {
  const cuda = device.startsWith('cuda');
  const [flag, code] = guarded(() => native().setAutocast(cuda, true, dtypeCode(dtype)));
  try {
    return refuseAsync('autocast', body());
  } finally {
    native().setAutocast(cuda, flag, code);
  }
}
