/** The header: name, views, connection and theme. */
import { computed } from '@preact/signals';
import type { JSX } from 'preact';
import { openKeys } from './keys.tsx';
import { place } from './location.ts';
import { Icon, type Sign } from './parts/icons.tsx';
import { hrefTo } from './routes.ts';
import { source } from './store.ts';
import { choice, type Choice } from './theme.ts';

const links = [
  ['', 'Runs'],
  ['reproduction', 'Reproduction'],
  ['lab', 'Lab'],
  ['start', 'Start a run'],
] as const;

const choices: Readonly<
  Record<Choice, { readonly next: Choice; readonly sign: Sign; readonly text: string }>
> = {
  system: { next: 'light', sign: 'half', text: 'Theme: system' },
  light: { next: 'dark', sign: 'sun', text: 'Theme: light' },
  dark: { next: 'system', sign: 'moon', text: 'Theme: dark' },
};

/** The active navigation link; runs and comparisons belong to the list. */
const shownView = computed(() => {
  const [name = ''] = place.value.path;
  return name === 'run' || name === 'compare' ? '' : name;
});

export function Header(): JSX.Element {
  const here = shownView.value;
  const { next, sign, text } = choices[choice.value];
  const { connection, actions } = source();
  return (
    <header class="header">
      <a class="brand" href={hrefTo([])} aria-label="meanfield studio, all runs">
        <svg viewBox="0 0 44 20" width="44" height="20" aria-hidden="true" focusable="false">
          <path d="M1 13h42" />
          <circle cx="8" cy="13" r="4.5" />
          <circle cx="21" cy="13" r="4.5" />
          <circle cx="36" cy="13" r="4.5" />
        </svg>
        <span>
          meanfield <i>studio</i>
        </span>
      </a>
      <nav aria-label="Views">
        {links
          .filter(([path]) => path !== 'start' || actions)
          .map(([path, title]) => (
            <a key={path} href={hrefTo(path ? [path] : [])} aria-current={here === path ? 'page' : undefined}>
              {title}
            </a>
          ))}
      </nav>
      <div class="header-end">
        <span class={`connection connection-${connection.value}`} role="status">
          {connection.value === 'lost' && (
            <>
              Connection lost<span class="only-wide">, reconnecting</span>
            </>
          )}
        </span>
        <button
          type="button"
          class="round"
          onClick={() => {
            choice.value = next;
          }}
          aria-label={`${text}. Change theme`}
          title={text}
        >
          <Icon name={sign} />
        </button>
        <button
          type="button"
          class="round"
          onClick={openKeys}
          aria-label="Keyboard shortcuts"
          title="Keyboard shortcuts (?)"
        >
          <Icon name="help" />
        </button>
      </div>
    </header>
  );
}
