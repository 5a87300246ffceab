import { StatusError } from '@gantry/apimachinery';
import type { StatusDetails, StatusReason } from '@gantry/apimachinery';

/** A failure for which there is no constructor of its own. */
export function failure(code: number, reason: StatusReason, message: string, details?: StatusDetails): StatusError {
  return new StatusError({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, ...(reason !== '' && { reason }), ...(details && { details }), code });
}
