/** The help on keyboard shortcuts, opened with `?`. */
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Icon } from './parts/icons.tsx';

const keys: readonly (readonly [string, readonly (readonly [readonly string[], string])[]])[] = [
  [
    'Everywhere',
    [
      [['Tab'], 'Next control; the first one skips the header'],
      [['?'], 'Show this help'],
    ],
  ],
  [
    'Runs',
    [
      [['/'], 'Focus the filter'],
      [['↑', '↓', 'Page ↑', 'Page ↓', 'Home', 'End'], 'Move through the list'],
      [['Enter'], 'Open the run, or expand its configuration'],
      [['Space'], 'Select it for comparison'],
    ],
  ],
  [
    'Charts',
    [
      [['←', '→'], 'Move the cursor; with Shift, ten times as far'],
      [['Home', 'End'], 'First and last point'],
      [['+', '−'], 'Zoom in and out around the cursor'],
      [['Esc'], 'Reset the zoom'],
    ],
  ],
  [
    'Depth',
    [
      [['Space'], 'Play or pause (on the button)'],
      [['←', '→'], 'Move through training (on the slider)'],
    ],
  ],
];

let dialog: HTMLDialogElement | null = null;

export function openKeys(): void {
  dialog?.showModal();
}

export function KeysDialog(): JSX.Element {
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog = ref.current;
    const onKey = (event: KeyboardEvent): void => {
      const typing = (event.target as HTMLElement).closest(
        'input:not([type=range]):not([type=checkbox]):not([type=radio]), select, textarea',
      );
      if (event.key === '?' && !event.ctrlKey && !event.metaKey && !typing) openKeys();
    };
    window.addEventListener('keydown', onKey);
    return () => {
      window.removeEventListener('keydown', onKey);
    };
  }, []);
  return (
    <dialog
      ref={ref}
      class="keys"
      aria-labelledby="keys-title"
      onClick={(event) => {
        if (event.target === ref.current) ref.current?.close();
      }}
    >
      <div class="keys-inner">
        <header>
          <h2 id="keys-title">Keyboard shortcuts</h2>
          <button
            type="button"
            class="round"
            aria-label="Close"
            onClick={() => {
              ref.current?.close();
            }}
          >
            <Icon name="close" />
          </button>
        </header>
        {keys.map(([place, list]) => (
          <section key={place}>
            <h3>{place}</h3>
            <dl>
              {list.map(([names, text]) => (
                <div key={text}>
                  <dt>
                    {names.map((name) => (
                      <kbd key={name}>{name}</kbd>
                    ))}
                  </dt>
                  <dd>{text}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
        <p class="quiet">
          Drag across a chart to zoom in; double-click to reset the zoom. The URL contains the state of the
          page, so that any view can be bookmarked or shared.
        </p>
      </div>
    </dialog>
  );
}
