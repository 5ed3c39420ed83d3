import fc from 'fast-check';
import { expect, it } from 'vitest';
import { repeatedKey } from './repeated-key.ts';

it.each([
  ['{"a":1,"a":2}', 'a'],
  ['{"a" : 1 , "b": {"c":[{"d":1,\n"d"\t:2}]}}', 'd'],
  ['{"a":1,"\\u0061":2}', 'a'],
  ['{"\\"":1,"b":2,"\\"":3}', '"'],
  ['{"":1,"":1}', ''],
  ['[{"x":1},{"y":1,"x":1,"y":2}]', 'y'],
])('in %s is %j', (text, key) => {
  expect(repeatedKey(text)).toBe(key);
});

it.each([
  '{"a":{"a":{"a":1}},"b":"a"}',
  '[{"a":1},{"a":1}]',
  '["a","a",{"a":"a"},"a"]',
  '{"a":"\\"a\\":1,\\\\","b":"{","c":"}"}',
  '{"a":["a"],"b":["a","b"]}',
  '7',
  '"a"',
  '{}',
])('is not reported in %s', (text) => {
  expect(repeatedKey(text)).toBeUndefined();
});

it('none is found in anything that JSON.stringify writes', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(undefined, 1), (value, indent) => {
      expect(repeatedKey(JSON.stringify(value, null, indent))).toBeUndefined();
    }),
    { seed: 1 },
  );
});

it('a repeated key is found at any position', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string(), { minLength: 1 }), fc.nat(), (keys, pick) => {
      const doubled = keys[pick % keys.length] ?? '';
      const members = [...keys, doubled].map((key) => `${JSON.stringify(key)}:[${JSON.stringify(key)}]`);
      expect(repeatedKey(`{${members.join(',')}}`)).toBe(doubled);
    }),
    { seed: 1 },
  );
});
