/** The numbers of a view: the key number first and large. */
import type { JSX } from 'preact';
import { keyNumberOf } from '../../lab/code.ts';
import { views } from '../../lab/views/index.ts';
import { data, phase, shown } from './computing.ts';
import { preset, state } from './lab-state.ts';

/** Four digits, with a proper minus. */
export const shownNumber = (value: number): string => {
  const size = Math.abs(value);
  const text =
    size !== 0 && (size < 1e-3 || size >= 1e5)
      ? value.toExponential(3)
      : String(Number(value.toPrecision(4)));
  return text.replace(/-/g, '\u2212');
};

export function Numbers(): JSX.Element {
  const { view } = shown.value ?? state.value;
  const words = views[view].numbers;
  const known = data.value.numbers;
  const key = keyNumberOf(shown.value ?? state.value, preset.value.name);
  const others = Object.keys(words).filter((name) => name !== key && name in known);
  return (
    <section class="lab-numbers" aria-label="numbers" aria-busy={phase.value.is === 'computing'}>
      <div class="key-number">
        <output data-number={key} data-value={known[key]}>
          {known[key] === undefined ? '…' : shownNumber(known[key])}
        </output>
        <span>{words[key]}</span>
      </div>
      {others.length > 0 && (
        <dl>
          {others.map((name) => (
            <div key={name}>
              <dt>{words[name]}</dt>
              <dd data-number={name} data-value={known[name]}>
                {shownNumber(known[name]!)}
              </dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  );
}
