/** The first Ctrl-C, SIGTERM or hang-up finishes the step and saves; a second Ctrl-C or SIGTERM stops at once. */
import { checkNeededFunction } from '../check.ts';
import { exitCodes, type ExitCode } from '../errors.ts';
import { hangUpIsIgnored } from '../process-guard.ts';

export interface Interrupt {
  /** The exit code to end with, once a signal came. */
  readonly requested: ExitCode | undefined;
  /** Signals are the system's again. */
  release(): void;
}

/** Signals that ask a command to end, with the exit code that answers each. */
export const interruptCodes = {
  SIGINT: exitCodes.interrupted,
  SIGTERM: exitCodes.terminated,
  SIGHUP: exitCodes.hangup,
} as const;

export type InterruptSignal = keyof typeof interruptCodes;

/** @param onFirst - called once, with the first signal */
export function listenForInterrupt(onFirst: (signal: InterruptSignal) => void = () => undefined): Interrupt {
  checkNeededFunction('onFirst', onFirst);
  let requested: ExitCode | undefined;
  let insisted = false;
  const signals = (Object.keys(interruptCodes) as InterruptSignal[]).filter(
    (signal) => signal !== 'SIGHUP' || !hangUpIsIgnored(),
  );
  const handlers = signals.map((signal) => {
    const handler = (): void => {
      if (insisted && signal !== 'SIGHUP') process.exit(interruptCodes[signal]);
      // A terminal that closes hangs up twice, by the shell and by the kernel, and a service manager adds a SIGHUP to its
      // SIGTERM: no one insists.
      insisted ||= signal !== 'SIGHUP';
      if (requested !== undefined) return;
      requested = interruptCodes[signal];
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
