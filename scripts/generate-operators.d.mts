/** The part of the generator that tests use. */
export function splitTop(text: string): string[];
export function listOperators(text?: string): [tsName: string, schemaName: string][];
export function generateOperators(
  addon: { schema(name: string, overload: string): string },
  entries?: readonly (readonly [string, string])[],
): string;
