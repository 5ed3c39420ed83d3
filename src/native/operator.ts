/** libtorch operators by schema name, resolved on first call. */
import { InternalError, MeanfieldError } from '../errors.ts';
import type { NativeResult, NativeValue } from './addon.ts';
import { native } from './load.ts';

/** A failed libtorch operator: the message contains its name and the shapes and dtypes of its arguments. */
export class OperatorError extends MeanfieldError {
  constructor(cause: unknown) {
    super(cause instanceof Error ? oneLine(cause.message) : String(cause), { cause });
  }
}

/** libtorch's messages may span many lines of hints; the first line states or announces the error. */
function oneLine(message: string): string {
  const [first = '', second = ''] = message.split('\n').filter((line) => line.trim() !== '');
  return first.trimEnd().endsWith(':') ? `${first.trimEnd()} ${second.trim()}`.trimEnd() : first;
}

export interface NativeOperator {
  /** Calls the operator and returns its results. */
  call(...values: readonly NativeValue[]): NativeResult;
  /** Calls an operator that changes its first argument in place; drops the result. */
  perform(...values: readonly NativeValue[]): void;
}

export interface OperatorName {
  readonly name: string;
  readonly overload: string;
}

const names: OperatorName[] = [];

/** The operator with this number, which was called before. */
export function operatorName(id: number): OperatorName {
  const found = names[id];
  if (!found) throw new InternalError(`no operator has the number ${id}`);
  return found;
}

/** The operator `name.overload`; its first call loads the addon. */
export function nativeOperator(name: string, overload: string): NativeOperator {
  let id = -1;
  const resolve = (): number => {
    try {
      const found = native().operator(name, overload);
      names[found] = { name, overload };
      return found;
    } catch (error) {
      throw error instanceof MeanfieldError ? error : new OperatorError(error);
    }
  };
  return {
    call(...values) {
      if (id < 0) id = resolve();
      try {
        return native().call(id, ...values);
      } catch (error) {
        throw new OperatorError(error);
      }
    },
    perform(...values) {
      if (id < 0) id = resolve();
      try {
        native().perform(id, ...values);
      } catch (error) {
        throw new OperatorError(error);
      }
    },
  };
}

/** Runs a native function that is not an operator, and converts its errors to ours. */
export function guarded<T>(body: () => T): T {
  try {
    return body();
  } catch (error) {
    throw error instanceof MeanfieldError ? error : new OperatorError(error);
  }
}
