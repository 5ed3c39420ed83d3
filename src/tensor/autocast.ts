/** Automatic mixed precision: operators that benefit compute in a narrower type. */
import { checkNeededFunction, checkOneOf, checkText } from '../check.ts';
import { guarded, native } from '../native/index.ts';
import { type DType, dtypeCode, dtypes } from './dtype.ts';
import { refuseAsync } from './scope.ts';

/**
 * Runs `body` with autocast to `dtype` on the type of `device`. Casts of weights are cached until the end, so one
 * call should span one forward pass. Calls may nest.
 *
 * @throws UsageError if the body is asynchronous
 */
export function autocast<T>(device: string, dtype: DType, body: () => T): T {
  checkText('device', device);
  checkNeededFunction('the body of autocast', body);
  const cuda = device.startsWith('cuda');
  const [flag, code] = guarded(() =>
    native().setAutocast(cuda, true, dtypeCode(checkOneOf('dtype', dtype, dtypes))),
  );
  try {
    return refuseAsync('autocast', body());
  } finally {
    native().setAutocast(cuda, flag, code);
  }
}
