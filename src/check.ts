/**
 * Argument checks with one message format: `expected <what> for <name>, got <value> (<type>)`. Every public function
 * checks its arguments here, before they reach native code.
 */
import { UsageError } from './errors.ts';

/** The value as shown in an error: short, on one line. */
export function show(value: unknown): string {
  const text =
    typeof value === 'string'
      ? JSON.stringify(value)
      : isList(value)
        ? `[${Array.from(value).slice(0, 8).map(textOf).join(', ')}${value.length > 8 ? ', ...' : ''}]`
        : textOf(value).replace(/\s+/g, ' ');
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}

/** Some objects cannot be converted to a string: Object.create(null). */
function textOf(value: unknown): string {
  try {
    return String(isPlain(value) ? JSON.stringify(value) : value);
  } catch {
    return Object.prototype.toString.call(value);
  }
}

/** File names may contain line breaks and other control characters: these are escaped as in JSON. */
export function oneLine(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, (character) => {
    const quoted = JSON.stringify(character).slice(1, -1);
    return quoted === character ? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}` : quoted;
  });
}

/** The first few of many names, and the total count. */
export function fewOf(names: readonly string[]): string {
  return `${names.slice(0, 3).join(', ')}${names.length > 3 ? `, .. (${names.length})` : ''}`;
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value !== 'object') return typeof value;
  // An object from Object.create(null) has no constructor, whatever its type says.
  const { constructor } = value as { constructor?: { name: string } };
  return constructor ? constructor.name : 'object';
}

/** The error for an unexpected value. */
export function unexpected(what: string, name: string, value: unknown): UsageError {
  return new UsageError(
    `expected ${what} for ${name}, got ${show(value)}${typeof value === 'number' ? '' : ` (${typeOf(value)})`}`,
  );
}

export interface Range {
  readonly min?: number;
  readonly max?: number;
  /** Whether the bound itself is excluded. */
  readonly above?: number;
  readonly below?: number;
}

function rangeText({ min, max, above, below }: Range): string {
  const parts = [];
  if (above !== undefined) parts.push(`> ${above}`);
  if (min !== undefined) parts.push(`>= ${min}`);
  if (below !== undefined) parts.push(`< ${below}`);
  if (max !== undefined) parts.push(`<= ${max}`);
  return parts.length ? ` ${parts.join(' and ')}` : '';
}

function inRange(value: number, { min, max, above, below }: Range): boolean {
  return (
    (min === undefined || value >= min) &&
    (max === undefined || value <= max) &&
    (above === undefined || value > above) &&
    (below === undefined || value < below)
  );
}

/** @throws UsageError unless `value` is a finite number in the range. */
export function checkNumber(name: string, value: unknown, range: Range = {}): number {
  if (typeof value !== 'number' || !Number.isFinite(value) || !inRange(value, range))
    throw unexpected(`a finite number${rangeText(range)}`, name, value);
  return value;
}

/**
 * @throws UsageError unless `value` is a number in the range; infinity is allowed, as a limit that is never reached.
 */
export function checkLimit(name: string, value: unknown, range: Range = {}): number {
  if (typeof value !== 'number' || Number.isNaN(value) || !inRange(value, range))
    throw unexpected(`a number${rangeText(range)}`, name, value);
  return value;
}

/** @throws UsageError unless `value` is a safe integer in the range. */
export function checkInteger(name: string, value: unknown, range: Range = {}): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || !inRange(value, range))
    throw unexpected(`an integer${rangeText(range)}`, name, value);
  return value;
}

const typedArrayTag = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype) as object,
  Symbol.toStringTag,
)!;

/** `Float64Array`, .. for a typed array; undefined for any other value. Unlike `instanceof`, it works across realms. */
export const typedArrayName = (value: unknown): string | undefined =>
  typedArrayTag.get!.call(value) as string | undefined;

/** Whether a value is a map or a set, also of another realm. */
export const isMap = (value: unknown): value is ReadonlyMap<unknown, unknown> =>
  Object.prototype.toString.call(value) === '[object Map]';
export const isSet = (value: unknown): value is ReadonlySet<unknown> =>
  Object.prototype.toString.call(value) === '[object Set]';

/** Whether a value is an object without a class of its own, also of another realm. */
export function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return (
    prototype === null ||
    (Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype as object, 'isPrototypeOf'))
  );
}

/** Whether a value is an array or a typed array. */
export const isList = (value: unknown): value is ArrayLike<unknown> =>
  Array.isArray(value) || typedArrayName(value) !== undefined;

/**
 * A frozen copy of a list of numbers, so that later changes to the caller's list have no effect.
 *
 * @param range - if given, every number must be finite and in the range; otherwise NaN and infinite numbers pass
 * @throws UsageError unless `values` is an array of numbers or a typed array
 */
export function checkNumbers(name: string, values: unknown, range?: Range): readonly number[] {
  if (!isList(values)) throw unexpected('a list of numbers', name, values);
  // Array.from turns holes of an array into undefined.
  const list = Array.from(values);
  const odd = list.findIndex((value) => typeof value !== 'number');
  if (odd >= 0) throw unexpected('a number', `${name}[${odd}]`, list[odd]);
  if (range) list.forEach((value, i) => checkNumber(`${name}[${i}]`, value, range));
  return Object.freeze(list as number[]);
}

/** @throws UsageError unless `value` is true, false or undefined. */
export function checkBoolean(name: string, value: unknown): boolean | undefined {
  if (value !== undefined && typeof value !== 'boolean') throw unexpected('true or false', name, value);
  return value;
}

/** @throws UsageError unless `value` is one of `allowed`; suggests the nearest name. */
export function checkOneOf<T extends string>(name: string, value: unknown, allowed: readonly T[]): T {
  if (typeof value === 'string' && (allowed as readonly string[]).includes(value)) return value as T;
  const near = typeof value === 'string' ? nearest(value, allowed) : undefined;
  throw new UsageError(
    `unknown ${name} ${show(value)}${near ? `: did you mean ${near}?` : ''} (one of ${allowed.join(', ')})`,
  );
}

/** @throws UsageError unless `shape` is a list of non-negative integers (of length `rank`, if given). */
export function checkShape(name: string, shape: unknown, rank?: number): readonly number[] {
  const good =
    Array.isArray(shape) &&
    (rank === undefined || shape.length === rank) &&
    shape.every((size) => Number.isSafeInteger(size) && size >= 0);
  if (!good) throw unexpected(`a shape${rank === undefined ? '' : ` of rank ${rank}`}`, name, shape);
  return shape as number[];
}

/**
 * Refuses unknown options. The compiler ensures that `known` names every option of the type.
 *
 * @param call - the name of the call, for the message
 * @param known - the names of all options, as `{ name: true }`
 * @throws UsageError unless `options` is undefined or an object with no other keys; suggests the nearest name
 */
export function checkOptions<O extends object>(
  call: string,
  options: O | undefined,
  known: { readonly [K in keyof Required<O>]: true },
): void {
  const given: unknown = options;
  if (given === undefined) return;
  if (typeof given !== 'object' || given === null || Array.isArray(given) || ArrayBuffer.isView(given))
    throw unexpected('an object', `the options of ${call}`, given);
  for (const key of Object.keys(given)) {
    if (Object.hasOwn(known, key)) continue;
    const names = Object.keys(known);
    const near = nearest(key, names);
    throw new UsageError(
      `unknown option ${key} of ${call}${near ? `: did you mean ${near}?` : ''} (options: ${names.join(', ')})`,
    );
  }
}

/** {@link checkOptions} for a call whose options are required. */
export function checkNeededOptions<O extends object>(
  call: string,
  options: O,
  known: { readonly [K in keyof Required<O>]: true },
): void {
  const given: unknown = options;
  if (given === undefined) throw unexpected('an object', `the options of ${call}`, given);
  checkOptions(call, options, known);
}

/** @throws UsageError unless `value` is a function or undefined. */
export function checkFunction(name: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'function') throw unexpected('a function', name, value);
}

/** @throws UsageError unless `value` is a function. */
export function checkNeededFunction(name: string, value: unknown): void {
  if (typeof value !== 'function') throw unexpected('a function', name, value);
}

/** @throws UsageError unless `value` is a string. */
export function checkText(name: string, value: unknown): string {
  if (typeof value !== 'string') throw unexpected('a string', name, value);
  return value;
}

/** @throws UsageError unless `value` is an array. */
export function checkList<T>(name: string, value: readonly T[]): readonly T[] {
  const given: unknown = value;
  if (!Array.isArray(given)) throw unexpected('a list', name, given);
  return value;
}

/**
 * Checks objects that this package creates or that the caller implements.
 *
 * @param what - in words: `a measure, such as gridMeasure(theta)`
 * @throws UsageError unless `value` is an object in which these properties are defined.
 */
export function checkObject<T extends object>(
  what: string,
  name: string,
  value: T,
  ...properties: readonly (keyof T)[]
): void {
  const given: unknown = value;
  const isObject = (typeof given === 'object' && given !== null) || typeof given === 'function';
  if (!isObject || properties.some((one) => (given as T)[one] === undefined))
    throw unexpected(what, name, given);
}

/** The member of `names` that a typo most likely meant, if any is near enough. */
export function nearest(word: string, names: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(word.length / 3)) + 1;
  for (const name of names) {
    const distance = editDistance(word.toLowerCase(), name.toLowerCase());
    if (distance < bestDistance) {
      best = name;
      bestDistance = distance;
    }
  }
  return best;
}

/** Levenshtein distance in one row of memory. */
function editDistance(a: string, b: string): number {
  const row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    let diagonal = row[0] ?? 0;
    row[0] = i;
    for (let j = 1; j <= b.length; j++) {
      const above = row[j] ?? 0;
      row[j] = Math.min(above + 1, (row[j - 1] ?? 0) + 1, diagonal + (a[i - 1] === b[j - 1] ? 0 : 1));
      diagonal = above;
    }
  }
  return row[b.length] ?? 0;
}
