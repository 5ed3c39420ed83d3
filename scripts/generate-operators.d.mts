/** What tests use of the generator. */
export function splitTop(text: string): string[];
export function listOperators(text?: string): [tsName: string, schemaName: string][];
export function generateOperators(
  addon: { schema(name: string, overload: string): string },
  entries?: readonly (readonly [string, string])[],
): string;
