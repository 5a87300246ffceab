import type { Bus } from '@gantry/bus';
import type { StorageAnswer, StorageRequest } from '@gantry/storage';
import { decodeAnswers, encodeRequests, requestCapacity } from '@gantry/storage';

/** One request on its way to the store. */
export interface Call {
  readonly request: StorageRequest;
  readonly resolve: (answer: StorageAnswer) => void;
  readonly reject: (error: unknown) => void;
}

/** Milliseconds until an answer counts as lost. The store gives a commit up after 15 seconds. */
const ANSWER_MS = 20_000;
/** Room in a message for what the carrier adds. */
const OVERHEAD = 4_096;
/** Requests of one message: its answer comes when the last of them is done. */
const REQUESTS_A_MESSAGE = 128;

/**
 * Sends the calls of one turn of the loop in as few messages as hold them; what fits into none goes over a stream of its own.
 * Calls whose answers are still out when `signal` is aborted fail then.
 */
export function exchange(bus: Bus, subject: string, calls: readonly Call[], signal?: AbortSignal): void {
  const limit = bus.maxPayload - OVERHEAD;
  let message: Call[] = [];
  let size = 0;
  const flush = (): void => {
    if (message.length > 0) sendMessage(bus, subject, message, signal);
    message = [];
    size = 0;
  };
  for (const call of calls) {
    const bytes = requestCapacity(call.request);
    if (bytes > limit) {
      settle([call], sendAlone(bus, subject, call.request, signal));
      continue;
    }
    if (size + bytes > limit || message.length === REQUESTS_A_MESSAGE) flush();
    message.push(call);
    size += bytes;
  }
  flush();
}

/** One request and its answer over a byte stream, for what is larger than a message. */
export function sendAlone(bus: Bus, subject: string, request: StorageRequest, signal?: AbortSignal): Promise<StorageAnswer[]> {
  return overStream(bus, subject, encodeRequests([request]), signal);
}

/** The answer that waits for whoever has this ticket; undefined where it waits no more. */
export async function fetchKept(bus: Bus, subject: string, ticket: string, signal?: AbortSignal): Promise<StorageAnswer | undefined> {
  const [server = ''] = ticket.split(' ');
  const [answer] = await overStream(bus, `${subject}.${server}`, Buffer.from(ticket), signal).catch(() => []);
  signal?.throwIfAborted();
  return answer;
}

async function overStream(bus: Bus, subject: string, data: Uint8Array, signal: AbortSignal | undefined): Promise<StorageAnswer[]> {
  const stream = await bus.openStream(`${subject}.stream`, { timeoutMs: ANSWER_MS, signal });
  const overdue = setTimeout(() => stream.cancel('the store did not answer in time'), ANSWER_MS);
  try {
    await stream.write(data);
    await stream.end();
    const chunks: Uint8Array[] = [];
    for await (const chunk of stream.readable) chunks.push(chunk);
    return decodeAnswers(Buffer.concat(chunks));
  } finally {
    clearTimeout(overdue);
  }
}

function sendMessage(bus: Bus, subject: string, calls: readonly Call[], signal: AbortSignal | undefined): void {
  const data = encodeRequests(calls.map(({ request }) => request));
  settle(calls, bus.request(subject, data, { timeoutMs: ANSWER_MS, signal }).then((reply) => decodeAnswers(reply.data)));
}

function settle(calls: readonly Call[], answers: Promise<StorageAnswer[]>): void {
  answers
    .then((all) => {
      if (all.length !== calls.length) throw new Error(`${all.length} answers to ${calls.length} requests`);
      calls.forEach((call, index) => call.resolve(all[index] as StorageAnswer));
    })
    .catch((error: unknown) => calls.forEach((call) => call.reject(error)));
}
