/** Listens on a port, or on the next free one. */
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { UsageError } from '../../errors.ts';

/** Number of ports tried. */
const attempts = 50;

/** @returns the port. @throws UsageError if it is taken, or the host is not an address of this machine */
export async function listen(
  server: Server,
  { host, port, orNext }: { host: string; port: number; orNext: boolean },
): Promise<number> {
  for (let attempt = port; ; attempt++) {
    try {
      server.listen(attempt, host);
      await once(server, 'listening');
      return (server.address() as AddressInfo).port;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      const again = orNext && code === 'EADDRINUSE' && attempt < Math.min(port + attempts - 1, 65_535);
      if (!again) throw refused(code, host, attempt, error);
    }
  }
}

function refused(code: string | undefined, host: string, port: number, error: unknown): UsageError {
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: 'the port is in use: choose another one with --port, or omit --port',
    EACCES: 'this port needs root privileges: choose one above 1023 with --port',
    EADDRNOTAVAIL: 'this machine does not have this address',
    ENOTFOUND: 'unknown host name',
  };
  return new UsageError(`cannot listen on ${host}:${port}: ${reasons[code ?? ''] ?? String(error)}`, error);
}
