/** The first Ctrl-C (or SIGTERM) finishes the step and saves; the second stops at once. */
import { exitCodes, type ExitCode } from '../errors.ts';

export interface Interrupt {
  /** The exit code to end with, once a signal came. */
  readonly requested: ExitCode | undefined;
  /** Signals are the system's again. */
  release(): void;
}

const codes = { SIGINT: exitCodes.interrupted, SIGTERM: exitCodes.terminated } as const;

export function listenForInterrupt(onFirst: (signal: string) => void = () => undefined): Interrupt {
  let requested: ExitCode | undefined;
  const handlers = Object.entries(codes).map(([signal, code]) => {
    const handler = (): void => {
      if (requested !== undefined) process.exit(code);
      requested = code;
      onFirst(signal);
    };
    process.on(signal, handler);
    return { signal, handler };
  });
  return {
    get requested() {
      return requested;
    },
    release() {
      for (const { signal, handler } of handlers) process.off(signal, handler);
    },
  };
}
