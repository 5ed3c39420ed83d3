/** The page's location as a signal, kept in sync with the browser's URL. */
import { type ReadonlySignal, signal } from '@preact/signals';
import { hrefTo, parseAddress, type PageAddress } from './routes.ts';

const current = signal<PageAddress>(parseAddress(window.location.hash));
export const place: ReadonlySignal<PageAddress> = current;

/** Browsers limit URL changes per second, and a playing slider would exceed the limit. In ms. */
const writeAfter = 250;
let pending: ReturnType<typeof setTimeout> | undefined;
/** The hash that the page has handled. Another one in the URL is a navigation whose event is still to come. */
let handled = window.location.hash;

function write(): void {
  if (pending === undefined) return;
  clearTimeout(pending);
  pending = undefined;
  if (window.location.hash !== handled) return;
  const { path, query } = current.peek();
  const href = hrefTo(path, query);
  if (href !== handled) window.history.replaceState(null, '', href);
  handled = window.location.hash;
}

window.addEventListener('hashchange', () => {
  if (pending !== undefined) clearTimeout(pending);
  pending = undefined;
  handled = window.location.hash;
  current.value = parseAddress(handled);
});
window.addEventListener('pagehide', write);

/** Navigates to another view and adds a history entry. */
export function go(href: string): void {
  write();
  window.location.hash = href;
}

/** Whether the URL already names another view or state, before the page has handled the change. */
const isLeft = (): boolean => window.location.hash !== handled;

/**
 * Updates the query of the current view; undefined and '' remove a key. Calls from a view that is being left are
 * ignored: its animation may have one frame to go.
 *
 * @param of - path of the view that the update belongs to; default: the current view
 */
export function amend(
  patch: Readonly<Record<string, string | undefined>>,
  of: readonly string[] = current.peek().path,
): void {
  const { path, query } = current.peek();
  if (path.join('/') !== of.join('/') || isLeft()) return;
  const next = Object.fromEntries(
    Object.entries<string | undefined>({ ...query, ...patch }).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== '',
    ),
  );
  if (hrefTo(path, next) === hrefTo(path, query)) return;
  current.value = { path, query: next };
  pending ??= setTimeout(write, writeAfter);
}
