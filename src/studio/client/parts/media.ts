/** The window width as one of three tiers. */
import { computed, type ReadonlySignal, signal } from '@preact/signals';

function matches(query: string): ReadonlySignal<boolean> {
  const list = window.matchMedia(query);
  const value = signal(list.matches);
  list.addEventListener('change', (event) => {
    value.value = event.matches;
  });
  return value;
}

const narrow = matches('(max-width: 759px)');
const medium = matches('(max-width: 1379px)');

/** The style sheets use the same breakpoints. */
export const tier: ReadonlySignal<'narrow' | 'medium' | 'wide'> = computed(() =>
  narrow.value ? 'narrow' : medium.value ? 'medium' : 'wide',
);

export const reducedMotion = matches('(prefers-reduced-motion: reduce)');
