import { newServiceUnavailable, newTimeout, StatusError } from '@gantry/apimachinery';

/** The request reached nobody: nothing was done, and a GET may be repeated after a moment. */
export function notReached(cause: unknown): StatusError {
  const { status } = newServiceUnavailable(`the API is not reachable: ${textOf(cause)}`);
  return new StatusError({ ...status, details: { ...status.details, retryAfterSeconds: 1 } }, { cause });
}

/** The request was sent and no answer came: whether it was done is not known. */
export function notAnswered(cause: unknown): StatusError {
  return new StatusError(newTimeout(`the API did not answer: ${textOf(cause)}`).status, { cause });
}

function textOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
