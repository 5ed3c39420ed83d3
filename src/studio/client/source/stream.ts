/** Server-sent events that come back: after a loss, and when a hidden page is looked at again. */
import type { Stop } from './source.ts';

export interface StreamOptions {
  /** Asked at every opening: it names where to go on. */
  readonly address: () => string;
  /** By name of the event; the data are its parsed JSON. */
  readonly hear: Readonly<Record<string, (data: unknown) => void>>;
  /** `again`: it is not the first opening. */
  readonly opened: (again: boolean) => void;
  readonly lost: () => void;
}

const firstWait = 500;
const longestWait = 8000;

/**
 * The browser's own reconnecting gives up after an answer that is not an event stream, and cannot tell where to go
 * on; so each loss opens a new one. A hidden page holds none: browsers allow six connections a server, over all tabs.
 */
export function openStream({ address, hear, opened, lost }: StreamOptions): Stop {
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let wait = firstWait;
  let before = false;

  const close = (): void => {
    clearTimeout(timer);
    source?.close();
    source = undefined;
  };
  const open = (): void => {
    close();
    const stream = new EventSource(address());
    source = stream;
    stream.addEventListener('open', () => {
      wait = firstWait;
      opened(before);
      before = true;
    });
    stream.addEventListener('error', () => {
      if (source !== stream) return;
      close();
      lost();
      timer = setTimeout(open, wait);
      wait = Math.min(2 * wait, longestWait);
    });
    for (const [name, listener] of Object.entries(hear))
      stream.addEventListener(name, (event: MessageEvent<string>) => {
        listener(JSON.parse(event.data));
      });
  };
  const seen = (): void => {
    if (document.hidden) close();
    else if (!source) open();
  };

  document.addEventListener('visibilitychange', seen);
  if (!document.hidden) open();
  return () => {
    document.removeEventListener('visibilitychange', seen);
    close();
  };
}
