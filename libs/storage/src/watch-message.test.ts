import { describe, expect, it } from 'vitest';
import { createMemoryStorage } from './memory/memory-storage.js';
import type { LogEntry } from './storage.js';
import { pod, put } from './storage.suite.js';
import { decodeWatchMessage, encodeWatchMessage, isBodyByReference, LARGEST_WATCH_BODY, resolveWatchMessage } from './watch-message.js';

const entry: LogEntry = {
  key: 'core/pods/default/a', revision: 12, value: Buffer.from('{"metadata":{}}'), spliceOffset: 13, schemaHash: 'abc',
  type: 'MODIFIED', epoch: 3, previousKind: 11, previousObject: 4, transactionLast: true,
};

describe('watch messages', () => {
  it.each([[entry], [{ ...entry, type: 'DELETED', transactionLast: false, previousKind: 0 } as const]])('comes back as it went: %#', (sent) => {
    const { headers, data } = encodeWatchMessage(sent);
    expect(decodeWatchMessage(12, headers, data)).toEqual(sent);
  });

  it('sends a body above the limit by reference, and reads it from the log', async () => {
    const storage = createMemoryStorage();
    await storage.write([{ ...put(pod('a'), 0), value: Buffer.alloc(LARGEST_WATCH_BODY + 1) }]);
    const [large] = (await storage.history(0)).entries;
    const { headers, data } = encodeWatchMessage(large!);
    expect(data).toHaveLength(0);
    expect(isBodyByReference(headers)).toBe(true);
    expect(() => decodeWatchMessage(1, headers, data)).toThrow(TypeError);
    expect(await resolveWatchMessage(storage, 1, headers, data)).toEqual(large);
  });

  it.each(['type', 'epoch', 'prev-kind', 'prev-object', 'splice', 'key'])('refuses a message without the header %s', (name) => {
    const { headers, data } = encodeWatchMessage(entry);
    expect(() => decodeWatchMessage(12, Object.fromEntries(Object.entries(headers).filter(([key]) => key !== name)), data)).toThrow(TypeError);
  });
});
