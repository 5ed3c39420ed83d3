/** The place where the page is, as a signal, and the browser's address kept in step with it. */
import { type ReadonlySignal, signal } from '@preact/signals';
import { hrefTo, parseAddress, type PageAddress } from './routes.ts';

const current = signal<PageAddress>(parseAddress(window.location.hash));
export const place: ReadonlySignal<PageAddress> = current;

/** Browsers refuse more than a few changes of the address a second: a slider that plays would exceed them. */
const writeAfter = 250;
let pending: ReturnType<typeof setTimeout> | undefined;

function write(): void {
  if (pending === undefined) return;
  clearTimeout(pending);
  pending = undefined;
  const { path, query } = current.peek();
  const href = hrefTo(path, query);
  if (href !== window.location.hash) window.history.replaceState(null, '', href);
}

window.addEventListener('hashchange', () => {
  if (pending !== undefined) clearTimeout(pending);
  pending = undefined;
  current.value = parseAddress(window.location.hash);
});
window.addEventListener('pagehide', write);

/** Goes to another view: the one before stays in the history. */
export function go(href: string): void {
  write();
  window.location.hash = href;
}

/** Whether the address already names another view, and the page only has not heard of it yet. */
const isLeft = (path: readonly string[]): boolean =>
  parseAddress(window.location.hash).path.join('/') !== path.join('/');

/**
 * Changes the state of the view that is shown; undefined and '' remove a key. A view that is being left changes nothing any more: what
 * plays in it may have one frame to go.
 *
 * @param of - the path of the view that it was made for; default: of the view that is shown
 */
export function amend(
  patch: Readonly<Record<string, string | undefined>>,
  of: readonly string[] = current.peek().path,
): void {
  const { path, query } = current.peek();
  if (path.join('/') !== of.join('/') || isLeft(path)) return;
  const next = Object.fromEntries(
    Object.entries<string | undefined>({ ...query, ...patch }).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== '',
    ),
  );
  if (hrefTo(path, next) === hrefTo(path, query)) return;
  current.value = { path, query: next };
  pending ??= setTimeout(write, writeAfter);
}
