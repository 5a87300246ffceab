import type { Status, StatusDetails, StatusReason } from './status.js';

/** The one error that goes over the wire. Adapters translate foreign errors into it where they meet them. */
export class StatusError extends Error {
  override readonly name = 'StatusError';
  readonly status: Status;

  constructor(status: Status, options?: ErrorOptions) {
    super(status.message ?? '', options);
    this.status = status;
  }

  /** The HTTP status code; 500 where the status has none. */
  get code(): number {
    return this.status.code ?? 500;
  }

  get reason(): string {
    return this.status.reason ?? '';
  }
}

/** A failure for which there is no constructor of its own; the fields stand in the order in which upstream serializes them. */
export function failure(code: number, reason: StatusReason, message: string, details?: StatusDetails): StatusError {
  const status: Status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message };
  if (reason !== '') status.reason = reason;
  if (details !== undefined) status.details = withoutEmpty(details);
  status.code = code;
  return new StatusError(status);
}

/** Go omits empty strings, zeros and empty lists; so does the wire form here. */
function withoutEmpty(details: StatusDetails): StatusDetails {
  const kept: StatusDetails = {};
  if (details.name) kept.name = details.name;
  if (details.group) kept.group = details.group;
  if (details.kind) kept.kind = details.kind;
  if (details.uid) kept.uid = details.uid;
  if (details.causes !== undefined && details.causes.length > 0) kept.causes = details.causes;
  if (details.retryAfterSeconds) kept.retryAfterSeconds = details.retryAfterSeconds;
  return kept;
}

/** The error that a received `Status` stands for. */
export function statusErrorFrom(status: Status): StatusError {
  return new StatusError(status);
}
