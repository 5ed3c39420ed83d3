/**
 * The kinds of values of settings: how a value is checked, how a flag's text is parsed, and its JSON Schema. Browsers
 * import this file too: it must not use Node.
 */
import { checkInteger, checkNumber, checkOneOf, isList, type Range, unexpected } from '../../check.ts';

/** The JSON Schema keywords (draft 07) that settings need. */
export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly not?: JsonSchema;
  readonly if?: JsonSchema;
  readonly then?: JsonSchema;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: boolean;
  readonly $schema?: string;
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
}

export interface Kind<T> {
  /**
   * Returns the value if it is of this kind.
   *
   * @param name - the setting as errors write it
   * @throws UsageError that lists the allowed values
   */
  readonly check: (name: string, value: unknown) => T;
  /** Placeholder of the flag's argument in help: `<n>`; absent for a switch. */
  readonly argument?: string;
  /** Parses the text of a flag. Invalid text stays a string, which `check` rejects. */
  readonly parse?: (text: string) => unknown;
  /** The values that `check` accepts, as far as JSON Schema can express them. */
  readonly schema: JsonSchema;
  /** The value is the path of a file or folder; saved paths are absolute. */
  readonly isPath?: true;
}

const rangeSchema = ({ min, max, above, below }: Range): JsonSchema => ({
  ...(min === undefined ? {} : { minimum: min }),
  ...(max === undefined ? {} : { maximum: max }),
  ...(above === undefined ? {} : { exclusiveMinimum: above }),
  ...(below === undefined ? {} : { exclusiveMaximum: below }),
});

/** Number('') would be 0. */
const numberOf = (text: string): unknown => (text.trim() === '' ? text : Number(text));
const orText = (text: string): unknown => {
  const value = numberOf(text);
  return Number.isNaN(value) ? text : value;
};

export const number = (range: Range, argument = '<x>'): Kind<number> => ({
  check: (name, value) => checkNumber(name, value, range),
  argument,
  parse: orText,
  schema: { type: 'number', ...rangeSchema(range) },
});

export const integer = (range: Range, argument = '<n>'): Kind<number> => ({
  check: (name, value) => checkInteger(name, value, range),
  argument,
  parse: orText,
  schema: { type: 'integer', ...rangeSchema(range) },
});

/** One of a few integers. */
export const oneOfNumbers = <T extends number>(values: readonly T[], argument = '<n>'): Kind<T> => ({
  check(name, value) {
    if (!(values as readonly unknown[]).includes(value)) throw unexpected(values.join(' or '), name, value);
    return value as T;
  },
  argument,
  parse: orText,
  schema: { enum: values },
});

/** `80,120`: comma-separated numbers; a file may have a list, or the text of the flag. */
export const numbers = (range: Range, argument = '<numbers>'): Kind<readonly number[]> => {
  const what = range.above === 0 ? 'numbers above 0' : 'numbers';
  const parse = (text: string): unknown => text.split(',').map(orText);
  return {
    check(name, value) {
      const given = typeof value === 'string' ? parse(value) : typeof value === 'number' ? [value] : value;
      const list = isList(given) ? Array.from(given) : [];
      const isGood = (one: unknown): boolean =>
        typeof one === 'number' && Number.isFinite(one) && (range.above === undefined || one > range.above);
      if (list.length === 0 || !list.every(isGood))
        throw unexpected(`${what} separated by commas`, name, value);
      return list as readonly number[];
    },
    argument,
    parse,
    schema: {
      anyOf: [
        { type: 'number', ...rangeSchema(range) },
        { type: 'array', minItems: 1, items: { type: 'number', ...rangeSchema(range) } },
        { type: 'string', pattern: '^[^,]+(,[^,]+)*$' },
      ],
    },
  };
};

export const choice = <T extends string>(values: readonly T[], argument = '<name>'): Kind<T> => ({
  check: (name, value) => checkOneOf(name, value, values),
  argument,
  schema: { enum: values },
});

export const text = (argument = '<name>'): Kind<string> => ({
  check(name, value) {
    if (typeof value !== 'string' || value.trim() === '') throw unexpected('a string', name, value);
    return value;
  },
  argument,
  schema: { type: 'string', pattern: '\\S' },
});

/** Text that matches a pattern. */
export const textLike = (pattern: RegExp, what: string, argument = '<name>'): Kind<string> => ({
  check(name, value) {
    if (typeof value !== 'string' || !pattern.test(value)) throw unexpected(what, name, value);
    return value;
  },
  argument,
  schema: { type: 'string', pattern: pattern.source },
});

/** A file or folder. */
export const path = (argument: string): Kind<string> => ({
  check(name, value) {
    if (typeof value !== 'string' || value.trim() === '') throw unexpected('a path', name, value);
    return value;
  },
  argument,
  schema: { type: 'string', pattern: '\\S' },
  isPath: true,
});

export const onOff: Kind<boolean> = {
  check(name, value) {
    if (typeof value !== 'boolean') throw unexpected('true or false', name, value);
    return value;
  },
  schema: { type: 'boolean' },
};

/** Removes the value's type from an error: users recognise a string in their own flags and files. */
export const withoutType = (message: string): string => message.replace(/ \(\w+\)$/, '');
