import { failure } from './status-error.js';
import type { StatusError } from './status-error.js';
import { goQuote } from './go-quote.js';
import { groupResourceName } from './status.js';
import type { GroupResource, StatusReason } from './status.js';

interface Guess {
  readonly reason: StatusReason;
  readonly message: string;
}

const byCode: Readonly<Record<number, Guess>> = {
  400: { reason: 'BadRequest', message: 'the server rejected our request for an unknown reason' },
  401: { reason: 'Unauthorized', message: 'the server has asked for the client to provide credentials' },
  404: { reason: 'NotFound', message: 'the server could not find the requested resource' },
  405: { reason: 'MethodNotAllowed', message: 'the server does not allow this method on the requested resource' },
  406: { reason: 'NotAcceptable', message: 'the server was unable to respond with a content type that the client supports' },
  409: { reason: 'Conflict', message: 'the server reported a conflict' },
  410: { reason: 'Gone', message: 'the server has received too old resource version' },
  413: { reason: 'RequestEntityTooLarge', message: 'the server responded with the status code 413 but did not return more information' },
  415: { reason: 'UnsupportedMediaType', message: 'the server was unable to respond with a content type that the client supports' },
  422: { reason: 'Invalid', message: 'the server rejected our request due to an error in our request' },
  429: { reason: 'TooManyRequests', message: 'the server has received too many requests and has asked us to try again later' },
  500: { reason: 'InternalError', message: 'an error on the server' },
  503: { reason: 'ServiceUnavailable', message: 'the server is currently unable to handle the request' },
  504: { reason: 'Timeout', message: 'the server was unable to return a response in the time allotted, but may still be processing the request' },
};

/** What a client makes of an answer that carries no `Status`: a proxy's page, a plain 404. */
export interface GenericResponse {
  readonly code: number;
  /** `get`, `post` … */
  readonly verb: string;
  readonly resource?: GroupResource;
  readonly name?: string;
  /** The body's text. */
  readonly body?: string;
  readonly retryAfterSeconds?: number;
}

/** The error for an answer without a `Status`, by its code alone; the body goes into a cause. */
export function newGenericServerResponse(response: GenericResponse): StatusError {
  const { code, resource, name = '', body = '', retryAfterSeconds } = response;
  const guess = byCode[code] ?? fallback(code);
  const causes = body === '' ? [] : [{ reason: 'UnexpectedServerResponse', message: body }];
  const details = { name, group: resource?.group ?? '', kind: resource?.resource ?? '', causes, retryAfterSeconds: retryAfterSeconds ?? 0 };
  return failure(code, guess.reason, describe(guess, response), details);
}

function fallback(code: number): Guess {
  if (code >= 500) return { reason: 'InternalError', message: `an error on the server` };
  return { reason: '', message: `the server responded with the status code ${String(code)} but did not return more information` };
}

function describe(guess: Guess, { code, verb, resource, name = '', body = '' }: GenericResponse): string {
  const quoted = code >= 500 && code !== 503 && code !== 504 && body !== '' ? ` (${goQuote(body)}) has prevented the request from succeeding` : '';
  const text = guess.message + quoted;
  if (resource === undefined) return text;
  const subject = name === '' ? groupResourceName(resource) : `${groupResourceName(resource)} ${name}`;
  return `${text} (${verb.toLowerCase()} ${subject})`;
}
