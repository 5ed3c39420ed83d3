import { expect, it } from 'vitest';
import { UsageError } from '../errors.ts';
import { checkDataIdentity, type DataIdentity } from './data-identity.ts';

const dataOf = (...classes: string[]): DataIdentity => {
  const part = { count: 2, height: 4, width: 4, channels: 1, classes, labels: 'l', pixels: 'p' };
  return { train: part, test: part };
};
const check = (saved: DataIdentity, now: DataIdentity): void => {
  checkDataIdentity({ images: saved.train, data: saved }, now, 'runs/a');
};

it('class names match in any Unicode normalisation form', () => {
  check(dataOf('cafe\u0301', 'dog'), dataOf('caf\u00e9', 'dog'));
  expect(() => {
    check(dataOf('cafe', 'dog'), dataOf('caf\u00e9', 'dog'));
  }).toThrow(UsageError);
});
