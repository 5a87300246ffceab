import { describe, expect, it } from 'vitest';
import { createMemoryStorage } from '../memory/memory-storage.js';
import { describeStorage, pod, put } from '../storage.suite.js';
import type { Storage } from '../storage.js';
import { StorageError } from '../storage.js';
import { answerRequest } from './answer-request.js';
import { decodeAnswers, encodeAnswers } from './answers.js';
import type { StorageAnswer } from './answers.js';
import { decodeRequests, encodeRequests, requestCapacity } from './requests.js';
import type { StorageRequest } from './requests.js';

/** A storage that is reached through the wire form alone. */
function overTheWire(storage: Storage): Storage {
  async function call<V extends StorageRequest['verb']>(request: StorageRequest & { verb: V }): Promise<StorageAnswer & { verb: V }> {
    const [decoded] = decodeRequests(encodeRequests([request]));
    const [answer] = decodeAnswers(encodeAnswers([await answerRequest(storage, decoded!)]));
    if (answer?.verb === 'error') throw answer.code === 'invalid' ? new RangeError(answer.message) : new StorageError(answer.code, answer.message);
    return answer as StorageAnswer & { verb: V };
  }
  return {
    write: async (operations) => (await call({ verb: 'write', operations })).outcome,
    get: async (key, options) => {
      const { revision, value } = await call({ verb: 'get', key, revision: options?.revision });
      return { revision, value };
    },
    list: async (prefix, options) => (await call({ verb: 'list', prefix, ...options })).page,
    history: async (after, options) => (await call({ verb: 'history', after, ...options })).page,
    currentRevision: async () => (await call({ verb: 'currentRevision' })).revision,
  };
}

describeStorage('in memory, through the wire form', () => {
  const storage = createMemoryStorage();
  return { storage: overTheWire(storage), compact: (revision) => storage.compact(revision), stop: () => undefined };
});

describe('the wire form', () => {
  const requests: StorageRequest[] = [
    { verb: 'write', operations: [{ ...put(pod('ä'), 0), ttlSeconds: 5 }, { type: 'delete', key: pod('b'), expectedRevision: 2 ** 52 }] },
    { verb: 'list', prefix: 'core/pods/', revision: 0, limit: 1, after: pod('a') },
    { verb: 'history', after: 0, limit: undefined },
    { verb: 'currentRevision' },
    { verb: 'get', key: pod('a'), revision: undefined },
  ];

  it('carries several requests in one message', () => {
    const decoded = decodeRequests(encodeRequests(requests));
    expect(decoded).toEqual(requests.map((request) => (request.verb === 'write' ? { ...request, operations: [{ ...request.operations[0], value: Buffer.from(put(pod('ä'), 0).value) }, request.operations[1]] } : request)));
  });

  it('never takes more than it says', () => {
    for (const request of requests) expect(encodeRequests([request]).length).toBeLessThanOrEqual(requestCapacity(request));
  });

  it('replaces the answers that do not fit into the message', async () => {
    const storage = createMemoryStorage();
    await storage.write([{ ...put(pod('big'), 0), value: Buffer.alloc(5_000) }, put(pod('small'), 0)]);
    const answers = await Promise.all(['big', 'small', 'big'].map((name) => answerRequest(storage, { verb: 'get', key: pod(name) })));
    const message = encodeAnswers(answers, 6_000);
    expect(message.length).toBeLessThanOrEqual(6_000);
    expect(decodeAnswers(message).map(({ verb }) => verb)).toEqual(['get', 'get', 'too-large']);
  });

  it('fails on a message that was cut', () => {
    const message = encodeRequests(requests);
    expect(() => decodeRequests(message.subarray(0, message.length - 1))).toThrow(RangeError);
  });

  it.each([
    [new StorageError('compacted', 'gone'), 'compacted'],
    [new RangeError('no key'), 'invalid'],
    [new Error('anything'), 'ambiguous'],
  ])('answers %s with the code %s', async (error, code) => {
    const storage = { write: () => Promise.reject(error) } as unknown as Storage;
    expect(await answerRequest(storage, { verb: 'write', operations: [] })).toMatchObject({ verb: 'error', code });
  });
});
