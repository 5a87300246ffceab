import { FakeClock, settle } from '@gantry/async';
import { expect, it } from 'vitest';
import { sendWithRetry } from './retry.js';
import type { ApiRequest, ApiResponse } from './transport.js';
import { notAnswered, notReached } from './unreachable.js';

const busy: ApiResponse = { status: 503, headers: { 'retry-after': '2' }, body: Buffer.of() };
const plain: ApiResponse = { status: 503, headers: {}, body: Buffer.of() };
const ok: ApiResponse = { status: 200, headers: {}, body: Buffer.of() };

/** Sends against a list of outcomes and lets all waits pass; the statuses or reasons, and how often it was sent. */
async function run(method: ApiRequest['method'], outcomes: (ApiResponse | Error)[]): Promise<[result: unknown, sent: number]> {
  const clock = new FakeClock();
  let sent = 0;
  const send = async (): Promise<ApiResponse> => {
    const outcome = outcomes[sent] ?? ok;
    sent += 1;
    if (outcome instanceof Error) throw outcome;
    return outcome;
  };
  const transport = { send, stream: () => Promise.reject(new Error('no streams')), close: () => Promise.resolve() };
  let result: unknown;
  const done = sendWithRetry(transport, { method, path: '/', headers: {} }, clock).then(
    (response) => (result = response.status),
    (error: { reason?: string }) => (result = error.reason),
  );
  for (let count = 0; count < 10 && result === undefined; count += 1) {
    await settle();
    clock.advance(10_000);
  }
  await done;
  return [result, sent];
}

it.each<[sentence: string, method: ApiRequest['method'], outcomes: (ApiResponse | Error)[], result: unknown, sent: number]>([
  ['a read is repeated when the server says when to come back', 'GET', [busy, busy], 200, 3],
  ['a read is repeated when nobody was there', 'GET', [notReached('x')], 200, 2],
  ['not for ever', 'GET', [busy, busy, busy, busy, busy], 503, 4],
  ['a read is not repeated without a hint', 'GET', [plain], 503, 1],
  ['a read is not repeated when its answer was lost', 'GET', [notAnswered('x')], 'Timeout', 1],
  ['a write is never repeated, even where nobody was there', 'POST', [notReached('x')], 'ServiceUnavailable', 1],
  ['a write is never repeated, whatever the server says', 'PATCH', [busy], 503, 1],
])('%s', async (_sentence, method, outcomes, result, sent) => {
  expect(await run(method, outcomes)).toEqual([result, sent]);
});
