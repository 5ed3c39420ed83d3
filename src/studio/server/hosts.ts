/** Host names under which the server may be addressed; other names indicate DNS rebinding. */
import { isIP } from 'node:net';

/** Whether only programs on this machine can reach the host. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
}

/** The host as written in a URL. */
export const urlHost = (host: string): string => (isIP(host) === 6 ? `[${host}]` : host);

interface Asked {
  readonly name: string;
  readonly port: number;
}

/** Splits a Host header into host and port. */
function parseHost(header: string): Asked | undefined {
  const [, v6, name, port] = /^(?:\[([\da-fA-F:.]+)\]|([A-Za-z0-9.-]+))(?::(\d{1,5}))?$/.exec(header) ?? [];
  const host = v6 ?? name;
  return host === undefined ? undefined : { name: host.toLowerCase(), port: Number(port ?? 80) };
}

/**
 * Whether a Host header names this server.
 *
 * @param bound - the address the server listens on. A loopback address accepts loopback names only. Any other address
 *   also accepts itself as given and every numeric address: a hostile page can choose its name, but not a numeric
 *   address.
 */
export function isOwnHost(header: string | undefined, bound: { host: string; port: number }): boolean {
  const asked = header === undefined ? undefined : parseHost(header);
  if (asked?.port !== bound.port) return false;
  if (isLoopback(asked.name)) return true;
  return !isLoopback(bound.host) && (asked.name === bound.host.toLowerCase() || isIP(asked.name) !== 0);
}
