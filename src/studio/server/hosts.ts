/** Names under which the server may be asked: other names are those of a page that had its own name point here. */
import { isIP } from 'node:net';

/** Only programs of this machine reach these. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
}

/** As it stands in an address. */
export const inAddress = (host: string): string => (isIP(host) === 6 ? `[${host}]` : host);

interface Asked {
  readonly name: string;
  readonly port: number;
}

/** A Host header in its parts. */
function parseHost(header: string): Asked | undefined {
  const [, v6, name, port] = /^(?:\[([\da-fA-F:.]+)\]|([A-Za-z0-9.-]+))(?::(\d{1,5}))?$/.exec(header) ?? [];
  const host = v6 ?? name;
  return host === undefined ? undefined : { name: host.toLowerCase(), port: Number(port ?? 80) };
}

/**
 * Whether a Host header names this server.
 *
 * @param bound - what the server listens on. On a loopback address only loopback names will do; on another one also that
 *   address as it was given, and every address in numbers: a foreign page can choose its name, but not a number for it.
 */
export function isOwnHost(header: string | undefined, bound: { host: string; port: number }): boolean {
  const asked = header === undefined ? undefined : parseHost(header);
  if (asked?.port !== bound.port) return false;
  if (isLoopback(asked.name)) return true;
  return !isLoopback(bound.host) && (asked.name === bound.host.toLowerCase() || isIP(asked.name) !== 0);
}
