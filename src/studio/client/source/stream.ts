/** Server-sent events that reconnect after a loss and when a hidden page becomes visible. */
import type { Stop } from './source.ts';

interface StreamOptions {
  /** Called at every opening; the URL says where to resume. */
  readonly url: () => string;
  /** Handlers by event name; they receive the parsed JSON. */
  readonly handlers: Readonly<Record<string, (data: unknown) => void>>;
  /** Called when the stream connects; `again` is true for a reconnection. */
  readonly onOpen: (again: boolean) => void;
  readonly onLost: () => void;
}

const firstWait = 500;
const maxWait = 8000;

/**
 * EventSource stops reconnecting after a response that is not an event stream, and cannot change its URL, so each
 * loss opens a new one. A hidden page closes its stream, because browsers allow six connections per server over all
 * tabs.
 */
export function openStream({ url, handlers, onOpen, onLost }: StreamOptions): Stop {
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let wait = firstWait;
  let openedBefore = false;

  const close = (): void => {
    clearTimeout(timer);
    source?.close();
    source = undefined;
  };
  const open = (): void => {
    close();
    const stream = new EventSource(url());
    source = stream;
    stream.addEventListener('open', () => {
      wait = firstWait;
      onOpen(openedBefore);
      openedBefore = true;
    });
    stream.addEventListener('error', () => {
      if (source !== stream) return;
      close();
      onLost();
      timer = setTimeout(open, wait);
      wait = Math.min(2 * wait, maxWait);
    });
    for (const [name, handler] of Object.entries(handlers))
      stream.addEventListener(name, (event: MessageEvent<string>) => {
        handler(JSON.parse(event.data));
      });
  };
  const onVisibilityChange = (): void => {
    if (document.hidden) close();
    else if (!source) open();
  };

  document.addEventListener('visibilitychange', onVisibilityChange);
  if (!document.hidden) open();
  return () => {
    document.removeEventListener('visibilitychange', onVisibilityChange);
    close();
  };
}
