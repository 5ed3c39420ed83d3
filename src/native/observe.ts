/** Observes the calls of libtorch's operators, at no cost to calls that nobody observes. */
import type { Addon, NativeResult, NativeValue } from './addon.ts';
import { native, withAddon } from './load.ts';
import { type OperatorName, operatorName } from './operator.ts';

/**
 * Called in place of an operator; tensors are handles.
 *
 * @param run - calls the operator; null if it only changes its first argument
 */
export type Observer = (
  operator: OperatorName,
  values: readonly NativeValue[],
  run: () => NativeResult,
) => NativeResult;

/** Runs `body`; each of its operators goes through `observer`. */
export function observeOperators<T>(observer: Observer, body: () => T): T {
  const addon = native();
  const call: Addon['call'] = (id, ...values) =>
    observer(operatorName(id), values, () => addon.call(id, ...values));
  const perform: Addon['perform'] = (id, ...values) => {
    observer(operatorName(id), values, () => {
      addon.perform(id, ...values);
      return null;
    });
  };
  const observed = Object.create(addon, { call: { value: call }, perform: { value: perform } }) as Addon;
  return withAddon(observed, body);
}
