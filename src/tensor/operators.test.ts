import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { generateOperators, listOperators, splitTop } from '../../scripts/generate-operators.mjs';
import { native } from '../native/index.ts';
import * as ops from './operators_generated.ts';

interface Signature {
  readonly parameters: string[];
  /** The arguments of the native call, in order. */
  readonly passed: string[];
  readonly result: string;
  readonly schema: string;
}

/** Parses the functions of a generated file. */
function signatures(text: string): Map<string, Signature> {
  const pattern =
    /const op_(\w+) = nativeOperator\('(.*?)', '(.*?)'\);\n.*\nexport function \w+\((.*)\): (.*) \{\n.*?\.(?:call|perform)\((.*?)\)\)?(?: as .*)?;\n\}/g;
  const found = [...text.matchAll(pattern)].map(
    ([, name = '', operator, overload, parameters = '', result = '', passed = '']) =>
      [
        name,
        {
          parameters: splitTop(parameters),
          passed: splitTop(passed),
          result,
          schema: `${operator}.${overload}`,
        },
      ] as const,
  );
  return new Map(found);
}

const generated = signatures(readFileSync(new URL('operators_generated.ts', import.meta.url), 'utf8'));
const fresh = signatures(generateOperators(native()));

it('exactly the listed operators are generated', () => {
  expect([...generated.keys()]).toEqual(listOperators().map(([name]) => name));
  expect(Object.keys(ops).sort()).toEqual([...generated.keys()].sort());
  expect(fresh.size).toBe(generated.size);
});

describe('the installed libtorch accepts the generated arguments', () => {
  it.each([...generated])('%s', (name, { parameters, passed, result, schema }) => {
    const installed = fresh.get(name);
    expect(installed?.schema).toBe(schema);
    expect(installed?.result).toBe(result);
    // Names, types and order. A newer libtorch may append optional arguments.
    const count = parameters.length;
    expect(installed?.parameters.slice(0, count)).toEqual(parameters);
    expect(installed?.passed.slice(0, passed.length)).toEqual(passed);
    for (const extra of installed?.parameters.slice(count) ?? []) expect(extra).toMatch(/^\w+\?: /);
  });
});

describe('schema changes are detected', () => {
  const change = (edit: (schema: string) => string): Signature | undefined =>
    signatures(
      generateOperators({ schema: (name, overload) => edit(native().schema(name, overload)) }, [
        ['add', 'aten::add.Tensor'],
      ]),
    ).get('add');

  it.each<[string, (schema: string) => string]>([
    ['an argument renamed', (schema) => schema.replace('other', 'another')],
    ['an argument of another type', (schema) => schema.replace('Scalar alpha', 'int[] alpha')],
    [
      'arguments in another order',
      (schema) => schema.replace('Tensor self, Tensor other', 'Tensor other, Tensor self'),
    ],
    ['an argument inserted', (schema) => schema.replace('Scalar alpha', 'bool fast=False, Scalar alpha')],
    ['another result', (schema) => schema.replace('-> Tensor', '-> (Tensor, Tensor)')],
  ])('%s', (_, edit) => {
    const { parameters, passed, result } = change(edit) ?? {};
    const now = generated.get('add');
    expect(
      now?.parameters.every((one, i) => parameters?.[i] === one && passed?.[i] === now.passed[i]) &&
        now.result === result,
    ).toBe(false);
  });
});
