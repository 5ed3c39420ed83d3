/**
 * The named errors of the project. Each says in one line what was wrong, where, and what to do, and carries the exit
 * code of the command line.
 */

/** Exit codes of every command. */
export const exitCodes = {
  done: 0,
  failed: 1,
  usage: 2,
  environment: 3,
  diverged: 4,
  hangup: 129,
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Base class of all expected failures: the command line prints `message` alone, without a stack. */
export class MeanfieldError extends Error {
  readonly exitCode: ExitCode;

  constructor(message: string, given?: { exitCode?: ExitCode; cause?: unknown } | null) {
    const options = given ?? {};
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.exitCode = options.exitCode ?? exitCodes.failed;
  }
}

/** A wrong argument, flag or configuration value (exit code 2). */
export class UsageError extends MeanfieldError {
  constructor(message: string, cause?: unknown) {
    super(message, { exitCode: exitCodes.usage, cause });
  }
}

/** The machine lacks something: libtorch, a CPU feature, a package (exit code 3). */
export class MissingEnvironmentError extends MeanfieldError {
  constructor(message: string, cause?: unknown) {
    super(message, { exitCode: exitCodes.environment, cause });
  }
}

/** A data set is absent, truncated, or has unexpected content (exit code 3). */
export class DataError extends MeanfieldError {
  constructor(message: string, cause?: unknown) {
    super(message, { exitCode: exitCodes.environment, cause });
  }
}

/** A file of the project cannot be read or written (exit code 1). */
export class FileError extends MeanfieldError {
  constructor(message: string, cause?: unknown) {
    super(message, { exitCode: exitCodes.failed, cause });
  }
}

/** The loss became NaN, infinite, or grew past the divergence bound (exit code 4). */
export class DivergenceError extends MeanfieldError {
  constructor(message: string) {
    super(message, { exitCode: exitCodes.diverged });
  }
}

/**
 * The caller aborted a call through a signal: name and code are those of Node's AbortError, `cause` is the signal's
 * reason.
 */
export class AbortError extends MeanfieldError {
  readonly code = 'ABORT_ERR';

  constructor(message: string, reason?: unknown) {
    super(message, { exitCode: exitCodes.interrupted, cause: reason });
  }
}

/** A broken invariant: a bug in this project, not a user error. */
export class InternalError extends MeanfieldError {
  constructor(message: string) {
    super(`internal: ${message}`);
  }
}
