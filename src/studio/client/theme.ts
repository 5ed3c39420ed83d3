/** Light and dark theme: the system's preference, or the choice in the header. The colours are those of reports. */
import { computed, effect, type ReadonlySignal, signal } from '@preact/signals';
import * as palette from '../../draw/palette.ts';
import { type Theme, themes } from '../../draw/index.ts';

export type Choice = 'system' | 'light' | 'dark';
export type Side = 'light' | 'dark';

const key = 'studio-theme';

function remembered(): Choice {
  try {
    const text = localStorage.getItem(key);
    return text === 'light' || text === 'dark' ? text : 'system';
  } catch {
    return 'system';
  }
}

export const choice = signal<Choice>(remembered());

const system = window.matchMedia('(prefers-color-scheme: dark)');
const systemIsDark = signal(system.matches);
system.addEventListener('change', ({ matches }) => (systemIsDark.value = matches));

export const side: ReadonlySignal<Side> = computed(() =>
  choice.value === 'system' ? (systemIsDark.value ? 'dark' : 'light') : choice.value,
);

/** Background of the page around pictures. */
const ground: palette.Colour = { light: '#f7f7f5', dark: '#0f1215' };

/** The theme of pictures. */
export const theme: ReadonlySignal<Theme> = computed(() => themes[side.value]);

/** A colour pair in CSS: the browser picks by the colour scheme. */
export const cssColour = ({ light, dark }: palette.Colour): string => `light-dark(${light}, ${dark})`;

/** Passes the palette to the style sheets and stores the chosen theme. */
export function applyTheme(): void {
  const root = document.documentElement;
  const named = {
    ink: palette.ink,
    muted: palette.muted,
    rule: palette.rule,
    grid: palette.grid,
    paper: palette.paper,
    ground,
  };
  for (const [name, colour] of Object.entries(named)) root.style.setProperty(`--${name}`, cssColour(colour));
  palette.series.forEach((colour, i) => {
    root.style.setProperty(`--series-${i}`, cssColour(colour));
  });
  effect(() => {
    if (choice.value === 'system') delete root.dataset.theme;
    else root.dataset.theme = choice.value;
    try {
      if (choice.value === 'system') localStorage.removeItem(key);
      else localStorage.setItem(key, choice.value);
    } catch {
      // Without storage, the choice lasts until the page is closed.
    }
  });
}
