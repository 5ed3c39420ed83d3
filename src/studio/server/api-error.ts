/** A request that cannot be answered: a one-line message and an HTTP status. */
import { MeanfieldError } from '../../errors.ts';

type FailureStatus = 400 | 403 | 404 | 405 | 409 | 413 | 415 | 422 | 500 | 503;

export class ApiError extends MeanfieldError {
  readonly status: FailureStatus;

  constructor(status: FailureStatus, message: string, cause?: unknown) {
    super(message, { cause });
    this.status = status;
  }
}
