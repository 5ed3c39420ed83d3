/** Icons of 16 px in the text colour; they accompany a word and are hidden from screen readers. */
import type { JSX } from 'preact';
import type { RowState } from './words.ts';

export type Sign =
  | RowState
  | 'sun'
  | 'moon'
  | 'half'
  | 'save'
  | 'play'
  | 'pause'
  | 'down'
  | 'right'
  | 'copy'
  | 'close'
  | 'help'
  | 'up';

const line = {
  fill: 'none',
  stroke: 'currentColor',
  'stroke-width': 1.6,
  'stroke-linecap': 'round',
  'stroke-linejoin': 'round',
} as const;

const drawn: Readonly<Record<Sign, () => JSX.Element>> = {
  running: () => (
    <>
      <circle class="pulse" cx="8" cy="8" r="6" {...line} />
      <circle cx="8" cy="8" r="3" fill="currentColor" />
    </>
  ),
  finished: () => <path d="M3 8.5l3.5 3.5L13 4.5" {...line} stroke-width={2} />,
  stopped: () => <rect x="4" y="4" width="8" height="8" rx="1.5" fill="currentColor" />,
  crashed: () => <path d="M9.5 1.5L4 9h4l-1.5 5.5L12 7H8z" fill="currentColor" />,
  diverged: () => <path d="M2 12c3 0 4-1 5-4s1.5-5 2-6M9 2L6.5 4.5M9 2l2.5 2.5" {...line} />,
  failed: () => (
    <>
      <path d="M8 2L14.5 13.5h-13z" {...line} />
      <path d="M8 6.5v3M8 11.6v.1" {...line} />
    </>
  ),
  unknown: () => <path d="M5.5 6a2.5 2.5 0 1 1 3.5 2.3c-.7.3-1 .8-1 1.7M8 12.6v.1" {...line} />,
  sun: () => (
    <>
      <circle cx="8" cy="8" r="3" {...line} />
      <path
        d="M8 1.5v1M8 13.5v1M1.5 8h1M13.5 8h1M3.4 3.4l.7.7M11.9 11.9l.7.7M3.4 12.6l.7-.7M11.9 4.1l.7-.7"
        {...line}
      />
    </>
  ),
  moon: () => <path d="M13 9.5A5.5 5.5 0 0 1 6.5 3a5.5 5.5 0 1 0 6.5 6.5z" {...line} />,
  half: () => (
    <>
      <circle cx="8" cy="8" r="5.5" {...line} />
      <path d="M8 2.5a5.5 5.5 0 0 1 0 11z" fill="currentColor" />
    </>
  ),
  save: () => <path d="M8 2v8M4.5 7L8 10.5 11.5 7M2.5 13.5h11" {...line} />,
  play: () => <path d="M4.5 2.5v11l9-5.5z" fill="currentColor" />,
  pause: () => <path d="M4 3h3v10H4zM9 3h3v10H9z" fill="currentColor" />,
  down: () => <path d="M4 6.5L8 10.5l4-4" {...line} />,
  up: () => <path d="M4 9.5L8 5.5l4 4" {...line} />,
  right: () => <path d="M6 4l4 4-4 4" {...line} />,
  copy: () => (
    <>
      <rect x="5.5" y="5.5" width="8" height="8" rx="1.5" {...line} />
      <path d="M10.5 5.5v-2a1 1 0 0 0-1-1h-6a1 1 0 0 0-1 1v6a1 1 0 0 0 1 1h2" {...line} />
    </>
  ),
  close: () => <path d="M4 4l8 8M12 4l-8 8" {...line} />,
  help: () => (
    <>
      <circle cx="8" cy="8" r="6.2" {...line} />
      <path d="M6.2 6.3a1.8 1.8 0 1 1 2.6 1.7c-.6.3-.8.6-.8 1.2M8 11.3v.1" {...line} />
    </>
  ),
};

export function Icon({ name }: { readonly name: Sign }): JSX.Element {
  return (
    <svg
      class={`icon icon-${name}`}
      viewBox="0 0 16 16"
      width="16"
      height="16"
      aria-hidden="true"
      focusable="false"
    >
      {drawn[name]()}
    </svg>
  );
}
