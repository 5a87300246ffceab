import { isConflict, isForbidden, isUnauthorized } from '@gantry/apimachinery';
import { BusError } from '@gantry/bus';

/** The cluster does not want this node, and will not want it later: somebody has to change something. */
export class JoinRefusedError extends Error {
  override readonly name = 'JoinRefusedError';
}

/** Whether it is of no use to try again: a name that is in use may become free, and what is not there yet may come. */
export function isFinal(error: unknown): boolean {
  return error instanceof JoinRefusedError || isForbidden(error) || (error instanceof BusError && error.code === 'refused');
}

/** Whether the certificate that was shown is the reason: another one may be asked for. */
export function isCertificateRefused(error: unknown): boolean {
  return isUnauthorized(error);
}

/** What to tell the user of an attempt that failed. */
export function reasonOf(error: unknown): string {
  const { message } = error as Error;
  return isConflict(error) ? `${message}; it is waited for that node to end` : message;
}
