/** Flattens nested arrays to row-major values and a shape. */
import { isList as isAnyList, show, unexpected } from '../check.ts';
import { UsageError } from '../errors.ts';
import { type DType, dtypeOfArray, type SourceArray } from './dtype.ts';

/** Nested arrays of numbers; rows may be typed arrays. BigInt is for `i64` and `u8`, booleans are for `bool`. */
export type Nested = Scalar | SourceArray | readonly Nested[];
export type Scalar = number | bigint | boolean;

interface Flat {
  readonly shape: readonly number[];
  /** Row-major. */
  readonly values: readonly Scalar[];
  /** The dtype of typed-array rows; undefined for plain numbers. */
  readonly dtype: DType | undefined;
}

/** Above the limit of libtorch's operators; it stops the recursion into an array that contains itself. */
const maxDimensions = 64;

/**
 * @param dtype - the requested dtype, which decides whether BigInt and booleans are allowed
 * @throws UsageError for rows of different lengths, holes and non-numbers; it names the index
 */
export function flatten(data: unknown, dtype: DType | undefined): Flat {
  const shape = shapeOf(data);
  const values: Scalar[] = [];
  const rowTypes = new Set<DType | 'plain numbers'>();
  const visit = (value: unknown, level: number, place: string): void => {
    if (!isList(value)) {
      const scalar = checkScalar(value, place, dtype);
      if (level < shape.length) throw ragged(value, level, place, shape);
      rowTypes.add('plain numbers');
      values.push(scalar);
    } else if (value.length !== shape[level]) throw ragged(value, level, place, shape);
    else if (Array.isArray(value))
      for (let i = 0; i < value.length; i++) {
        if (!(i in value))
          throw new UsageError(`expected a number for ${place}[${i}], got a hole in the array`);
        visit(value[i], level + 1, `${place}[${i}]`);
      }
    else {
      rowTypes.add(dtypeOfArray(value, place));
      for (const one of value as Iterable<Scalar>) values.push(one);
    }
  };
  visit(data, 0, 'data');
  if (rowTypes.size > 1)
    throw new UsageError(
      `the rows of data have different types (${[...rowTypes].join(', ')}): convert them to one`,
    );
  const [type] = rowTypes;
  return { shape, values, dtype: type === 'plain numbers' ? undefined : type };
}

/** The index of row-major value `i` as code: `data[1][0]`. */
export function placeOf(i: number, shape: readonly number[]): string {
  const indices = [];
  let rest = i;
  for (const size of shape.toReversed()) {
    indices.unshift(`[${rest % size}]`);
    rest = Math.floor(rest / size);
  }
  return `data${indices.join('')}`;
}

const isList = (value: unknown): value is readonly unknown[] | SourceArray => isAnyList(value);

/** The lengths of the first list of each level. */
function shapeOf(data: unknown): number[] {
  const shape: number[] = [];
  for (let value = data; isList(value); value = value[0]) {
    if (shape.push(value.length) > maxDimensions)
      throw new UsageError(`data is nested more than ${maxDimensions} levels deep`);
    if (value.length === 0) break;
  }
  return shape;
}

function ragged(value: unknown, level: number, place: string, shape: readonly number[]): UsageError {
  const first = `data${'[0]'.repeat(level)}`;
  const count = (length: number): string => `${length} element${length === 1 ? '' : 's'}`;
  const here = isList(value) ? count(value.length) : `one number, ${show(value)}`;
  const there = level < shape.length ? count(shape[level] ?? 0) : 'one number';
  return new UsageError(
    `data is ragged: ${place} has ${here}, ${first} has ${there}`.replace(
      / has one number/g,
      ' is one number',
    ),
  );
}

function checkScalar(value: unknown, place: string, dtype: DType | undefined): Scalar {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') {
    if (dtype === 'i64' || dtype === 'u8') return value;
    throw new UsageError(`${wrong(value, place)}; BigInt needs { dtype: 'i64' }`);
  }
  if (typeof value === 'boolean') {
    if (dtype === 'bool') return value;
    throw new UsageError(`${wrong(value, place)}; booleans need { dtype: 'bool' }`);
  }
  throw unexpected('a number', place, value);
}

const wrong = (value: unknown, place: string): string => unexpected('a number', place, value).message;
