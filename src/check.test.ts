import { expect, it } from 'vitest';

import { checkOptions } from './check.ts';
import { UsageError } from './errors.ts';

interface Options {
  readonly maxSteps?: number;
  readonly absolute?: number;
}
const known = { maxSteps: true, absolute: true } as const;
const check = (options: unknown) => {
  checkOptions<Options>('integrate', options as Options | undefined, known);
};

it('known options pass, and so does their absence', () => {
  check(undefined);
  check({});
  check({ maxSteps: 3, absolute: undefined });
  check(Object.assign(Object.create(null) as object, { maxSteps: 3 }));
});

it('the error for an unknown option suggests the nearest name', () => {
  expect(() => {
    check({ maxstep: 3 });
  }).toThrow(
    new UsageError(
      'unknown option maxstep of integrate: did you mean maxSteps? (options: maxSteps, absolute)',
    ),
  );
  expect(() => {
    check({ somethingElse: undefined });
  }).toThrow('unknown option somethingElse of integrate (options: maxSteps, absolute)');
  // Property names of Object.prototype are not options.
  expect(() => {
    check({ toString: 1 });
  }).toThrow('unknown option toString of integrate');
});

it('options that are not an object are refused', () => {
  for (const options of [null, 3, 'fast', [1], new Float64Array(2), () => 1])
    expect(() => {
      check(options);
    }).toThrow('expected an object for the options of integrate, got');
});
