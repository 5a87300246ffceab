import { describe, expect, test } from 'vitest';
import { parseLogLine, timeOfEpoch, utcTime } from './log-line.js';

const parsed = (text: string): unknown => {
  const entry = parseLogLine(Buffer.from(text));
  return entry === undefined ? undefined : [entry.time, entry.stream, Buffer.from(entry.data).toString()];
};

describe('a line of a log file', () => {
  test.each([
    ['2026-01-02T03:04:05.123456789+00:00 stdout F hello world\n', '2026-01-02T03:04:05.123456789Z', 'stdout', 'hello world\n'],
    ['2026-01-02T03:04:05.123456789+00:00 stderr P no end\n', '2026-01-02T03:04:05.123456789Z', 'stderr', 'no end'],
    ['2026-01-02T03:04:05.12Z stdout F \n', '2026-01-02T03:04:05.120000000Z', 'stdout', '\n'],
    ['2026-01-02T03:04:05Z stdout F:more  two  \n', '2026-01-02T03:04:05.000000000Z', 'stdout', ' two  \n'],
    ['2026-01-02T00:04:05.5+02:00 stdout P \r\n', '2026-01-01T22:04:05.500000000Z', 'stdout', '\r'],
  ])('%j', (line, ...entry) => {
    expect(parsed(line)).toEqual(entry);
  });

  test.each(['', '\n', 'nonsense\n', '2026-01-02T03:04:05Z stdout\n', '2026-01-02T03:04:05Z stdin F a\n', '2026-01-02T03:04:05Z stdout X a\n', 'yesterday stdout F a\n'])('%j is none', (line) => {
    expect(parsed(line)).toBeUndefined();
  });

  test('has its bytes as they are', () => {
    const bytes = Buffer.from([0, 255, 13, 10]);
    expect(parseLogLine(Buffer.concat([Buffer.from('2026-01-02T03:04:05Z stdout F '), bytes]))?.data).toEqual(bytes);
  });
});

test.each([['1700000000', '2023-11-14T22:13:20.000000000Z'], ['1700000000.5', '2023-11-14T22:13:20.500000000Z'], ['1700000000.123456789', '2023-11-14T22:13:20.123456789Z']])('%s is %s', (since, time) => {
  expect(timeOfEpoch(since)).toBe(time);
  expect(utcTime(time)).toBe(time);
});
