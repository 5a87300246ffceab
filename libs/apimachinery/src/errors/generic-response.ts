import { failure } from './status-error.js';
import type { StatusError } from './status-error.js';
import { goQuote } from './go-quote.js';
import { groupResourceName } from './status.js';
import type { GroupResource, StatusReason } from './status.js';

interface Guess {
  readonly reason: StatusReason;
  /** Absent where the body says more than any fixed text. */
  readonly message?: string;
}

const byCode: Readonly<Record<number, Guess>> = {
  400: { reason: 'BadRequest', message: 'the server rejected our request for an unknown reason' },
  401: { reason: 'Unauthorized', message: 'the server has asked for the client to provide credentials' },
  403: { reason: 'Forbidden' },
  404: { reason: 'NotFound', message: 'the server could not find the requested resource' },
  405: { reason: 'MethodNotAllowed', message: 'the server does not allow this method on the requested resource' },
  406: { reason: 'NotAcceptable' },
  409: { reason: 'Conflict', message: 'the server reported a conflict' },
  415: { reason: 'UnsupportedMediaType' },
  422: { reason: 'Invalid', message: 'the server rejected our request due to an error in our request' },
  429: { reason: 'TooManyRequests', message: 'the server has received too many requests and has asked us to try again later' },
  503: { reason: 'ServiceUnavailable', message: 'the server is currently unable to handle the request' },
  504: { reason: 'Timeout', message: 'the server was unable to return a response in the time allotted, but may still be processing the request' },
};

/** An answer that carries no `Status`: a proxy's page, a plain 404. */
export interface GenericResponse {
  readonly code: number;
  /** `GET`, `POST` … */
  readonly verb?: string;
  readonly resource?: GroupResource;
  readonly name?: string;
  /** The body's text. */
  readonly body?: string;
  readonly retryAfterSeconds?: number;
  /** Whether the body is to be kept in a cause: it came from something that is no API server. */
  readonly unexpected?: boolean;
}

/** The error for an answer without a `Status`, by its code alone. */
export function newGenericServerResponse(response: GenericResponse): StatusError {
  const { code, resource, name = '', body = '', retryAfterSeconds = 0 } = response;
  const { reason, message } = guess(response);
  const causes = response.unexpected === true ? [{ reason: 'UnexpectedServerResponse', message: body }] : [];
  const details = { name, group: resource?.group ?? '', kind: resource?.resource ?? '', causes, retryAfterSeconds };
  return failure(code, reason, (message ?? body) + subject(response), details);
}

function guess({ code, verb = '', body = '' }: GenericResponse): Guess {
  if (code === 409 && verb.toUpperCase() === 'POST') return { reason: 'AlreadyExists', message: 'the server reported a conflict' };
  if (code === 406 && (body === '' || body === 'unknown')) return { reason: 'NotAcceptable', message: 'the server was unable to respond with a content type that the client supports' };
  const known = byCode[code];
  if (known !== undefined) return known;
  if (code >= 500) return { reason: 'InternalError', message: `an error on the server (${goQuote(body)}) has prevented the request from succeeding` };
  return { reason: '', message: `the server responded with the status code ${String(code)} but did not return more information` };
}

function subject({ verb = '', resource, name = '' }: GenericResponse): string {
  if (resource === undefined) return '';
  const what = name === '' ? groupResourceName(resource) : `${groupResourceName(resource)} ${name}`;
  return ` (${verb.toLowerCase()} ${what})`;
}
