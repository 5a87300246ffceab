import type { LogEntry } from '@gantry/container-runtime';
import { describe, expect, test } from 'vitest';
import { parseLogRequest } from './log-request.js';
import { logText } from './log-text.js';

const T = '2026-01-02T03:04:05.000000006Z';
const entry = (text: string, stream: LogEntry['stream'] = 'stdout'): LogEntry => ({ time: T, stream, data: Buffer.from(text) });
const both = new Set<LogEntry['stream']>(['stdout', 'stderr']);

async function* given(...entries: LogEntry[]): AsyncGenerator<LogEntry> {
  yield* entries;
}

async function text(entries: LogEntry[], options: Partial<Parameters<typeof logText>[1]>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of logText(given(...entries), { timestamps: false, streams: both, ...options })) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe('the text of a log', () => {
  test('has a time before each line, not before each piece of one', async () => {
    expect(await text([entry('a'), entry('x\n', 'stderr'), entry('b\n'), entry('c\n')], { timestamps: true })).toBe(`${T} a${T} x\nb\n${T} c\n`);
  });
  test('is of the streams that were asked for', async () => {
    expect(await text([entry('a\n'), entry('b\n', 'stderr')], { streams: new Set(['stderr']) })).toBe('b\n');
  });
  test('ends at its limit, within a line if need be', async () => {
    expect(await text([entry('abc\n'), entry('def\n')], { limitBytes: 6 })).toBe('abc\nde');
    expect(await text([entry('abc\n')], { limitBytes: 0 })).toBe('');
  });
  test.each([4, 3])('ends at a limit of %i bytes though nothing more comes of a log that is followed', async (limitBytes) => {
    const { promise: never } = Promise.withResolvers<void>();
    async function* followed(): AsyncGenerator<LogEntry> {
      yield entry('abc\n');
      await never;
    }
    const pieces = logText(followed(), { timestamps: false, streams: both, limitBytes });
    expect(Buffer.from((await pieces.next()).value ?? []).toString()).toBe('abc\n'.slice(0, limitBytes));
    expect((await pieces.next()).done).toBe(true);
  });
});

describe('a request for a log', () => {
  test('reads the path and what is asked for', () => {
    expect(parseLogRequest('/containerLogs/d/p/c', 'follow=true&tailLines=10&timestamps=true&previous=false&limitBytes=5&stream=Stderr', 0)).toEqual({
      namespace: 'd', pod: 'p', container: 'c', follow: true, tail: 10, timestamps: true, previous: false, limitBytes: 5, streams: new Set(['stderr']),
    });
  });
  test.each([
    ['sinceSeconds=60', '1700000000'],
    ['sinceTime=2023-11-14T22:13:20.123456789Z', '1700000000.123456789'],
    ['sinceTime=2023-11-14T22:13:20Z', '1700000000.0'],
    ['sinceTime=nonsense', undefined],
  ])('%s is since %s', (query, since) => {
    expect(parseLogRequest('/containerLogs/d/p/c', query, 1_700_000_060_000)?.since).toBe(since);
  });
  test.each(['/containerLogs/d/p', '/containerLogs/d/p/c/x', '/exec/d/p/c'])('%s is another path', (path) => {
    expect(parseLogRequest(path, '', 0)).toBeUndefined();
  });
});
