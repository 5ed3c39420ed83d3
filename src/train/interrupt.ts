/** The first Ctrl-C, SIGTERM or hang-up finishes the step and saves; a second Ctrl-C or SIGTERM stops at once. */
import { checkNeededFunction } from '../check.ts';
import { exitCodes, type ExitCode } from '../errors.ts';
import { hangUpIsIgnored } from '../processes/index.ts';

interface Interrupt {
  /** The exit code to end with, once a signal has arrived. */
  readonly requested: ExitCode | undefined;
  /** Removes the signal handlers. */
  release(): void;
}

/** Signals that end a command, with their exit codes. */
export const interruptCodes = {
  SIGINT: exitCodes.interrupted,
  SIGTERM: exitCodes.terminated,
  SIGHUP: exitCodes.hangup,
} as const;

type InterruptSignal = keyof typeof interruptCodes;

/**
 * Takes over Ctrl-C, SIGTERM and SIGHUP, so that training can end after the current step.
 *
 * @param onFirst - called once, with the first signal
 */
export function listenForInterrupt(onFirst: (signal: InterruptSignal) => void = () => undefined): Interrupt {
  checkNeededFunction('onFirst', onFirst);
  let requested: ExitCode | undefined;
  let requestedByUser = false;
  const signals = (Object.keys(interruptCodes) as InterruptSignal[]).filter(
    (signal) => signal !== 'SIGHUP' || !hangUpIsIgnored(),
  );
  const handlers = signals.map((signal) => {
    const handler = (): void => {
      if (requestedByUser && signal !== 'SIGHUP') process.exit(interruptCodes[signal]);
      // A closing terminal sends SIGHUP twice, from the shell and the kernel, and a service manager adds SIGHUP to
      // SIGTERM: a repeated SIGHUP is not a second request.
      requestedByUser ||= signal !== 'SIGHUP';
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
