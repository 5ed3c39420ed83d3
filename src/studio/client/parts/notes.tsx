/** Messages for empty and failed views. */
import type { ComponentChildren, JSX } from 'preact';
import { Icon } from './icons.tsx';

/** An error message, announced at once. */
export function Failure({ text }: { readonly text: string }): JSX.Element {
  return (
    <p class="note note-failure" role="alert">
      <Icon name="failed" />
      <span>{text}</span>
    </p>
  );
}

/** Problems, one line each; many are collapsed. */
export function Problems({
  lines,
  title,
}: {
  readonly lines: readonly string[];
  readonly title: string;
}): JSX.Element | null {
  if (!lines.length) return null;
  const list = (
    <ul>
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  );
  return (
    <section class="note note-problems" aria-label={title}>
      <Icon name="failed" />
      {lines.length <= 3 ? (
        <div>
          <strong>{title}</strong>
          {list}
        </div>
      ) : (
        <details>
          <summary>
            <strong>{title}</strong>: {lines.length} problems
          </summary>
          {list}
        </details>
      )}
    </section>
  );
}

export function Empty({
  title,
  children,
}: {
  readonly title: string;
  readonly children?: ComponentChildren;
}): JSX.Element {
  return (
    <div class="empty">
      <h2>{title}</h2>
      {children}
    </div>
  );
}

export function Waiting({ what }: { readonly what: string }): JSX.Element {
  return (
    <p class="waiting" role="status">
      Loading {what} …
    </p>
  );
}
