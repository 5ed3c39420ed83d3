/**
 * Scopes own tensors: those created inside and not returned are freed at the end. Scopes nest, are synchronous, and
 * cost one array push per tensor.
 */
import { checkNeededFunction, isMap, isPlain, isSet } from '../check.ts';
import { UsageError } from '../errors.ts';

/** A resource that a scope can own. */
interface Owned {
  readonly disposed: boolean;
  dispose(): void;
}

const stack: Owned[][] = [];

/** Gives a new resource to the innermost scope. Returns false if there is none. */
export function own(resource: Owned): boolean {
  const scope = stack.at(-1);
  scope?.push(resource);
  return scope !== undefined;
}

/** Called for each resource that leaves the outermost scope; no scope owns it afterwards. */
let onEscape: (resource: Owned) => void = () => undefined;
export function setEscapeHandler(handler: (resource: Owned) => void): void {
  onEscape = handler;
}

function isOwned(value: unknown): value is Owned {
  return typeof value === 'object' && value !== null && 'dispose' in value && 'disposed' in value;
}

/** Rejects a body that returns before it is done: the rest would run in another mode or without its tensors. */
export function refuseAsync<T>(what: string, result: T): T {
  if (typeof (result as { then?: unknown } | null | undefined)?.then === 'function') {
    // The rest of the body finds its tensors freed, and nothing else would handle its rejection.
    Promise.resolve(result).catch(() => undefined);
    throw new UsageError(`the body of ${what} must be synchronous`);
  }
  return result;
}

/** Collects the resources in a result: itself, arrays, maps, sets and plain objects, at any depth. */
function collect(value: unknown, into: Set<Owned>): void {
  if (isOwned(value)) into.add(value);
  else if (Array.isArray(value)) for (const item of value) collect(item, into);
  else if (isMap(value) || isSet(value)) for (const item of value.values()) collect(item, into);
  else if (isPlain(value)) for (const item of Object.values(value)) collect(item, into);
}

/**
 * Runs `body` and frees every tensor that it created, except those in its result (a tensor, or arrays, maps, sets and
 * plain objects of tensors), which move to the enclosing scope.
 *
 * Outside all scopes, the garbage collector frees unreachable tensors, but only when the event loop turns: a
 * synchronous loop outside a scope frees nothing. Functions are not searched: tensors captured by a returned function
 * are freed.
 *
 * @throws UsageError if the body is asynchronous: tensors of another task would be freed with it
 *
 * @example
 * const mean = scope(() => ops.mean(ops.exp(tensor([1, 2])))); // frees the result of exp
 */
export function scope<T>(body: () => T): T {
  checkNeededFunction('the body of a scope', body);
  const owned: Owned[] = [];
  stack.push(owned);
  let isKept: (resource: Owned) => boolean = () => false;
  try {
    const result = body();
    // The usual result needs neither a search nor a set.
    if (isOwned(result)) isKept = (resource) => resource === result;
    else {
      const kept = new Set<Owned>();
      collect(refuseAsync('a scope', result), kept);
      isKept = (resource) => kept.has(resource);
    }
    return result;
  } finally {
    stack.pop();
    for (const resource of owned) {
      if (isKept(resource)) {
        if (!own(resource)) onEscape(resource);
      } else if (!resource.disposed) resource.dispose();
    }
  }
}

/**
 * Removes tensors from all scopes; the caller disposes them.
 *
 * @example
 * const x = scope(() => keep(tensor([1, 2])));
 * x.dispose();
 */
export function keep<T>(value: T): T {
  const kept = new Set<Owned>();
  collect(value, kept);
  for (const resource of kept) {
    for (const owned of stack) {
      const index = owned.lastIndexOf(resource);
      if (index >= 0) owned.splice(index, 1);
    }
    onEscape(resource);
  }
  return value;
}
