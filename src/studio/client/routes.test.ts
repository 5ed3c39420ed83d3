import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compareHref, hrefTo, numberOf, parseAddress, readList, runHref, writeList } from './routes.ts';

it('a run name is one segment of a URL', () => {
  expect(runHref('fast/a-s1', 'depth', { at: '400' })).toBe('#/run/fast%2Fa-s1/depth?at=400');
  expect(runHref('a')).toBe('#/run/a');
  expect(hrefTo([], { q: 'state:running', sort: undefined, sel: '' })).toBe('#/?q=state:running');
  expect(compareHref(['fast/a', 'fast/b'])).toBe('#/compare?runs=fast/a,fast/b');
});

it('any path and state round-trip through a URL', () => {
  const text = fc.string({ unit: 'grapheme', minLength: 1 });
  fc.assert(
    fc.property(fc.array(text), fc.dictionary(text, text), (path, query) => {
      const back = parseAddress(hrefTo(path, query));
      expect(back.path).toEqual(path);
      expect({ ...back.query }).toEqual({ ...query });
    }),
  );
});

it('lists of arbitrary names round-trip', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme', minLength: 1 })), (names) => {
      expect(readList(writeList(names))).toEqual(names);
    }),
  );
});

it('a malformed URL is taken as it is', () => {
  expect(parseAddress('#/run/%E0%A4%A/x?a=%&b')).toEqual({
    path: ['run', '%E0%A4%A', 'x'],
    query: { a: '%', b: '' },
  });
  expect(parseAddress('')).toEqual({ path: [], query: {} });
});

it('a numeric parameter is a number or undefined', () => {
  expect([
    numberOf('12'),
    numberOf('1e3'),
    numberOf(''),
    numberOf('x'),
    numberOf(undefined),
    numberOf('Infinity'),
  ]).toEqual([12, 1000, undefined, undefined, undefined, undefined]);
});
