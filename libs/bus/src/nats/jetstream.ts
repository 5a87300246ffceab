import type { Bus } from '../bus.js';
import { BusError } from '../bus.js';

/** Milliseconds for one operation of the server. */
const API_TIMEOUT_MS = 5_000;

/** Error codes of the JetStream API that mean something here. */
const STREAM_NOT_FOUND = 10_059;
export const STREAM_EXISTS = 10_058;
const WRONG_LAST_SEQUENCE = 10_071;

export interface JetStreamFailure {
  readonly code: number;
  readonly err_code: number;
  readonly description: string;
}

export interface StreamState {
  readonly first_seq: number;
  readonly last_seq: number;
}

export interface StreamInfo {
  /** RFC 3339; another one means another stream under the same name. */
  readonly created: string;
  readonly state: StreamState;
}

export class JetStreamError extends Error {
  override readonly name = 'JetStreamError';
  constructor(readonly failure: JetStreamFailure) {
    super(failure.description);
  }
}

/** One operation of the JetStream API. Rejects with `JetStreamError`, or with a BusError where no JetStream answers. */
export async function jetStreamCall<T>(bus: Pick<Bus, 'request'>, operation: string, body: object | undefined, signal?: AbortSignal): Promise<T> {
  const data = body === undefined ? new Uint8Array(0) : Buffer.from(JSON.stringify(body));
  const reply = await bus.request(`$JS.API.${operation}`, data, { timeoutMs: API_TIMEOUT_MS, signal });
  const answer = JSON.parse(Buffer.from(reply.data).toString()) as T & { error?: JetStreamFailure };
  if (answer.error !== undefined) throw new JetStreamError(answer.error);
  return answer;
}

/** Whether an error says that there is no such stream, or no JetStream to ask. */
export function isMissingStream(error: unknown): boolean {
  if (error instanceof JetStreamError) return error.failure.err_code === STREAM_NOT_FOUND;
  return error instanceof BusError && error.code === 'no-responders';
}

/** A failure as the bus's users know it. */
export function busErrorOf(error: unknown): unknown {
  if (isMissingStream(error)) return new BusError('no-responders', 'the watch stream does not exist');
  if (error instanceof JetStreamError) return failureToBusError(error.failure);
  return error;
}

export function failureToBusError({ err_code: code, description }: JetStreamFailure): BusError {
  const last = /wrong last sequence: (\d+)/.exec(description)?.[1];
  if (code === WRONG_LAST_SEQUENCE && last !== undefined) return new BusError('wrong-sequence', description, Number(last));
  return new BusError('refused', description);
}
