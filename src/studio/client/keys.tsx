/** The help on keyboard shortcuts, opened with `?`. */
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Icon } from './parts/icons.tsx';

const keys: readonly (readonly [string, readonly (readonly [readonly string[], string])[]])[] = [
  [
    'Everywhere',
    [
      [['Tab'], 'goes on to the next control; the first one skips the header'],
      [['?'], 'shows these keys'],
    ],
  ],
  [
    'Runs',
    [
      [['/'], 'goes to the filter'],
      [['↑', '↓', 'Page ↑', 'Page ↓', 'Home', 'End'], 'move through the list'],
      [['Enter'], 'opens the run, or folds its configuration'],
      [['Space'], 'selects it for comparing'],
    ],
  ],
  [
    'Charts',
    [
      [['←', '→'], 'move the cursor; with Shift ten times as far'],
      [['Home', 'End'], 'first and last point'],
      [['+', '−'], 'zoom in and out around the cursor'],
      [['Esc'], 'shows everything again'],
    ],
  ],
  [
    'Depth',
    [
      [['Space'], 'plays and pauses, on the button'],
      [['←', '→'], 'move through the training, on the slider'],
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
          <h2 id="keys-title">Keys</h2>
          <button
            type="button"
            class="round"
            aria-label="close"
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
          Dragging across a chart zooms in, a double click shows everything again. Every address can be kept
          or passed on: it holds what is shown.
        </p>
      </div>
    </dialog>
  );
}
