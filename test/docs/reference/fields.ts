/** The fields of a schema, with the meaning and unit of each. */
import { z } from 'zod';

interface Field {
  /** Path within a record: `stages.STAGE.tau`. */
  readonly name: string;
  readonly type: string;
  readonly unit: string;
  readonly meaning: string;
}

interface Unwrapped {
  readonly schema: z.ZodType;
  readonly optional: boolean;
}

/** Without optional, nullable and transformed wrappers. */
function unwrap(schema: z.ZodType, optional = false): Unwrapped {
  if (schema instanceof z.ZodExactOptional || schema instanceof z.ZodOptional)
    return unwrap(schema.unwrap() as z.ZodType, true);
  if (schema instanceof z.ZodNullable) return unwrap(schema.unwrap() as z.ZodType, optional);
  if (schema instanceof z.ZodPipe) return unwrap(schema.in as z.ZodType, optional);
  return { schema, optional };
}

function typeOf(whole: z.ZodType): string {
  const { schema } = unwrap(whole);
  if (schema instanceof z.ZodArray) return `list of ${typeOf(schema.element as z.ZodType)}`;
  if (schema instanceof z.ZodTuple) return 'pair';
  if (schema instanceof z.ZodRecord || schema instanceof z.ZodObject) return 'object';
  if (schema instanceof z.ZodEnum) return schema.options.join(', ');
  if (schema instanceof z.ZodLiteral) return [...schema.values].join(', ');
  if (schema instanceof z.ZodString) return 'text';
  if (schema instanceof z.ZodNumber) return schema.format === 'safeint' ? 'integer' : 'number';
  return 'value';
}

/** The object inside lists and records, with the path that leads to it. */
function inner(whole: z.ZodType, name: string): { object: z.ZodObject; path: string } | undefined {
  const { schema } = unwrap(whole);
  if (schema instanceof z.ZodObject) return { object: schema, path: name };
  if (schema instanceof z.ZodArray) return inner(schema.element as z.ZodType, `${name}[]`);
  if (schema instanceof z.ZodRecord) return inner(schema.valueType as z.ZodType, `${name}.STAGE`);
  return undefined;
}

/** @throws Error for a field without a meaning */
export function fieldsOf(schema: z.ZodObject, depth = Infinity, prefix = ''): Field[] {
  return Object.entries(schema.shape).flatMap(([key, whole]) => {
    const name = `${prefix}${key}`;
    const { description, unit } = (whole as z.ZodType).meta() ?? {};
    if (description === undefined) throw new Error(`${name} has no meaning`);
    const own: Field = {
      name,
      type: typeOf(whole as z.ZodType),
      unit: typeof unit === 'string' ? unit : '',
      meaning: description,
    };
    const nested = depth > 1 ? inner(whole as z.ZodType, name) : undefined;
    return [own, ...(nested ? fieldsOf(nested.object, depth - 1, `${nested.path}.`) : [])];
  });
}
