/** The numbers of a view; the key number is shown separately and large. */
import { formatCount, missing } from '../../../draw/index.ts';
import type { JSX } from 'preact';
import { keyNumberOf, numbersOf, views } from '../../lab/index.ts';
import { data, isOld, phase, shown } from './computing.ts';
import { preset, state } from './lab-state.ts';

/** Four significant digits, with a typographic minus sign. */
export const shownNumber = (value: number): string => {
  const size = Math.abs(value);
  const text =
    size !== 0 && (size < 1e-3 || size >= 1e5)
      ? value.toExponential(3)
      : size >= 1000
        ? `${value < 0 ? '-' : ''}${formatCount(Number(size.toPrecision(4)))}`
        : String(Number(value.toPrecision(4)));
  return text.replace(/-/g, '\u2212');
};

/** The computed numbers; none if nothing has been computed or they belong to other knobs. */
const known = (): Readonly<Record<string, number>> =>
  phase.value.is === 'failed' && isOld.value ? {} : numbersOf(data.value);

/** The key number, shown large above the picture. */
export function KeyNumber(): JSX.Element {
  const of = shown.value ?? state.value;
  const key = keyNumberOf(of, preset.value.name);
  const value = known()[key];
  return (
    <p class="key-number">
      <output data-number={key} data-value={value}>
        {value === undefined ? (phase.value.is === 'failed' ? missing : '…') : shownNumber(value)}
      </output>
      <span>{views[of.view].numbers[key]}</span>
    </p>
  );
}

export function Numbers(): JSX.Element {
  const of = shown.value ?? state.value;
  const words = views[of.view].numbers;
  const numbers = known();
  const key = keyNumberOf(of, preset.value.name);
  const others = Object.keys(words).filter((name) => name !== key && name in numbers);
  return (
    <section class="lab-numbers" aria-label="numbers" aria-busy={phase.value.is === 'computing'}>
      {others.length > 0 && (
        <dl>
          {others.map((name) => (
            <div key={name}>
              <dt>{words[name]}</dt>
              <dd data-number={name} data-value={numbers[name]}>
                {shownNumber(numbers[name]!)}
              </dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  );
}
