#!/usr/bin/env node
// Generates src/tensor/operators_generated.ts from libtorch's schemas of the operators in operators.txt. Needs the
// built addon (npm run build:native). Defaults stay libtorch's: omitted arguments are not passed.
import { readFileSync, realpathSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));

const camel = (name) => {
  const word = name.replace(/_([a-z0-9])/g, (_, letter) => letter.toUpperCase());
  return { self: 'input', default: 'fallback', enum: 'kind' }[word] ?? word;
};

/** The TypeScript type and conversion of a schema type. */
function mapping(type, name) {
  const plain = type.replace(/\([a-z](!| ->.*?)?\)/g, '');
  const optional = plain.endsWith('?');
  const base = optional ? plain.slice(0, -1) : plain;
  const maybe = (ts) => (optional ? `${ts} | null` : ts);
  if (base === 'Tensor')
    return { ts: maybe('Tensor'), pass: optional ? `handleOf(${name})` : `${name}.handle` };
  if (base === 'Tensor[]') return { ts: 'readonly Tensor[]', pass: `handlesOf(${name})` };
  if (base === 'Tensor?[]') return { ts: 'readonly (Tensor | null)[]', pass: `optionalHandlesOf(${name})` };
  if (base === 'ScalarType')
    return {
      ts: maybe('DType'),
      pass: optional ? `${name} ? dtypeCode(${name}) : null` : `dtypeCode(${name})`,
    };
  if (base === 'MemoryFormat')
    return {
      ts: maybe('MemoryFormat'),
      pass: optional ? `${name} ? memoryFormats[${name}] : null` : `${name} && memoryFormats[${name}]`,
    };
  if (base === 'Generator')
    return { ts: maybe('GeneratorHandle'), pass: optional ? `${name} ? ${name}.id : null` : `${name}.id` };
  if (/^(SymInt|int)\[\d*\]$/.test(base) || /^float\[\]$/.test(base))
    return { ts: maybe('readonly number[]'), pass: name };
  if (/^bool\[\d*\]$/.test(base)) return { ts: 'readonly boolean[]', pass: name };
  if (/^(SymInt|int|float)$/.test(base)) return { ts: maybe('number'), pass: name };
  if (base === 'Scalar') return { ts: maybe('number'), pass: name };
  if (base === 'bool') return { ts: maybe('boolean'), pass: name };
  if (base === 'str' || base === 'Device') return { ts: maybe('string'), pass: name };
  if (base === 'Layout') return { ts: 'undefined', pass: name };
  throw new Error(`no TypeScript type for ${type}`);
}

/** Splits a list at the commas outside brackets. */
export function splitTop(text) {
  const parts = [];
  let depth = 0,
    start = 0;
  for (let i = 0; i < text.length; i++) {
    if ('([{'.includes(text[i])) depth++;
    else if (')]}'.includes(text[i])) depth--;
    else if (text[i] === ',' && depth === 0) {
      parts.push(text.slice(start, i).trim());
      start = i + 1;
    }
  }
  const last = text.slice(start).trim();
  return last ? [...parts, last] : parts;
}

function generate(addon, tsName, full) {
  const [name, overload = ''] = full.split('.');
  const schema = addon.schema(name, overload);
  const open = schema.indexOf('('),
    arrow = schema.lastIndexOf(' -> ');
  const returns = schema.slice(arrow + 4);
  const parsed = splitTop(schema.slice(open + 1, schema.lastIndexOf(')', arrow)))
    .filter((part) => part !== '*')
    .map((part) => {
      const [, type, argument, , fallback] = part.match(/^(.+?) (\w+)(=(.*))?$/);
      return {
        name: camel(argument),
        ...mapping(type, camel(argument)),
        optional: fallback !== undefined || type.endsWith('?'),
      };
    });
  // A required argument after an optional one makes that one positional; pass undefined to omit it.
  const lastRequired = parsed.findLastIndex((argument) => !argument.optional);
  const parameters = parsed.map((argument, i) =>
    argument.optional && i > lastRequired
      ? `${argument.name}?: ${argument.ts}`
      : `${argument.name}: ${argument.ts}${argument.optional ? ' | undefined' : ''}`,
  );
  const passed = [
    '',
    ...parsed.map((argument, i) =>
      argument.optional && i > lastRequired && argument.pass.startsWith('dtypeCode')
        ? `${argument.name} && ${argument.pass}`
        : argument.pass,
    ),
  ]
    .join(', ')
    .slice(2);
  const inPlace = /^(_foreach_)?\w+_$/.test(name.replace('aten::', ''));
  const constant = `op_${tsName}`;
  const head = `const ${constant} = nativeOperator('${name}', '${overload}');\n/** \`${schema.replace(/\*\//g, '* /')}\` */\nexport function ${tsName}(${parameters.join(', ')})`;
  if (inPlace) return `${head}: void {\n  ${constant}.perform(${passed});\n}\n`;
  const plain = returns.replace(/\([a-z](!| ->.*?)?\)/g, '');
  if (plain === 'Tensor') return `${head}: Tensor {\n  return asTensor(${constant}.call(${passed}));\n}\n`;
  if (plain === 'Tensor[]')
    return `${head}: Tensor[] {\n  return asTensors(${constant}.call(${passed}));\n}\n`;
  if (plain === 'bool') return `${head}: boolean {\n  return ${constant}.call(${passed}) as boolean;\n}\n`;
  if (/^\((Tensor[^,)]*)(, Tensor[^,)]*)+\)$/.test(plain)) {
    const tuple = splitTop(plain.slice(1, -1))
      .map(() => 'Tensor')
      .join(', ');
    return `${head}: [${tuple}] {\n  return asTensors(${constant}.call(${passed})) as [${tuple}];\n}\n`;
  }
  throw new Error(`no TypeScript result for ${returns} of ${full}`);
}

/** Imports only what the operators use: an unused import is an error. */
const header = (body) => `// Generated by scripts/generate-operators.mjs from libtorch's schemas: do not edit.
/* eslint-disable */
import { nativeOperator } from '../native/index.ts';
import { asTensor, asTensors, type GeneratorHandle, handleOf, handlesOf${body.includes('optionalHandlesOf(') ? ', optionalHandlesOf' : ''} } from './convert.ts';
import { type DType, dtypeCode, type MemoryFormat, memoryFormats } from './dtype.ts';
import type { Tensor } from './tensor.ts';

`;

/** Pairs [TypeScript name, schema name] of the operators in the list. */
export function listOperators(text = readFileSync(join(here, 'operators.txt'), 'utf8')) {
  return text
    .split('\n')
    .filter((line) => line.trim() && !line.startsWith('#'))
    .map((line) => line.trim().split(/\s+/));
}

/** Generates the TypeScript of all listed operators, as declared by the libtorch that `addon` uses. */
export function generateOperators(addon, entries = listOperators()) {
  const body = entries.map(([tsName, full]) => generate(addon, tsName, full)).join('\n');
  return header(body) + body;
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const build = process.env.MEANFIELD_BUILD_DIR ?? join(here, '..', 'build');
  const target = join(here, '..', 'src', 'tensor', 'operators_generated.ts');
  writeFileSync(
    `${target}.new`,
    generateOperators(createRequire(import.meta.url)(join(build, 'meanfield.node'))),
  );
  renameSync(`${target}.new`, target);
  console.error(`generate: ${listOperators().length} operators`);
}
