import { delay, type Clock } from '@gantry/async';
import { isServiceUnavailable, suggestedRetryAfterSeconds } from '@gantry/apimachinery';
import { retryAfterOf } from './answers.js';
import type { ApiRequest, ApiResponse, ApiTransport } from './transport.js';

const ATTEMPTS = 4;
const LONGEST_WAIT_SECONDS = 10;

/**
 * Sends, and repeats a GET that was answered by a 503 which says when to come back (over the bus: also where nobody listened).
 * A write is never repeated: that its answer is missing does not say that it was not done.
 */
export async function sendWithRetry(transport: ApiTransport, request: ApiRequest, clock: Clock): Promise<ApiResponse> {
  if (request.method !== 'GET') return transport.send(request);
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await attemptOnce(transport, request);
    const seconds = attempt < ATTEMPTS ? outcome.retryAfter : undefined;
    if (seconds === undefined) return outcome.settle();
    await delay(clock, Math.min(seconds, LONGEST_WAIT_SECONDS) * 1000, request.signal);
  }
}

interface Outcome {
  /** Seconds to wait before another attempt makes sense. */
  readonly retryAfter: number | undefined;
  /** The answer, or throws what came instead. */
  settle(): ApiResponse;
}

async function attemptOnce(transport: ApiTransport, request: ApiRequest): Promise<Outcome> {
  try {
    const response = await transport.send(request);
    return { retryAfter: response.status === 503 ? retryAfterOf(response.headers) : undefined, settle: () => response };
  } catch (error) {
    const rethrow = (): never => {
      throw error;
    };
    return { retryAfter: isServiceUnavailable(error) ? suggestedRetryAfterSeconds(error) : undefined, settle: rethrow };
  }
}
