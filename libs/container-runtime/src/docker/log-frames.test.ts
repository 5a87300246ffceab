import { expect, test } from 'vitest';
import { logEntries } from './log-frames.js';

const TIME = '2026-01-02T03:04:05.000000001Z';

function frame(stream: 1 | 2, text: string): Buffer {
  const body = Buffer.from(`${TIME} ${text}`);
  const header = Buffer.from([stream, 0, 0, 0, 0, 0, 0, 0]);
  header.writeUInt32BE(body.length, 4);
  return Buffer.concat([header, body]);
}

/** The bytes in pieces of `size`, as a socket may cut them. */
async function* cut(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(bytes: Buffer, size: number, tty: boolean): Promise<string[]> {
  const entries: string[] = [];
  for await (const entry of logEntries(cut(bytes, size), tty)) entries.push(`${entry.time} ${entry.stream} ${Buffer.from(entry.data).toString()}`);
  return entries;
}

test.each([1, 7, 8, 9, 4096])('frames cut every %i bytes come out whole, each with its stream', async (size) => {
  const bytes = Buffer.concat([frame(1, 'out\n'), frame(2, 'err\n'), frame(1, 'no newline')]);
  expect(await read(bytes, size, false)).toEqual([`${TIME} stdout out\n`, `${TIME} stderr err\n`, `${TIME} stdout no newline`]);
});

test.each([1, 40, 4096])('bare bytes of a terminal cut every %i bytes end at newlines', async (size) => {
  const bytes = Buffer.from(`${TIME} a\r\n${TIME} \n${TIME} rest`);
  expect(await read(bytes, size, true)).toEqual([`${TIME} stdout a\r\n`, `${TIME} stdout \n`, `${TIME} stdout rest`]);
});

test('a line of a terminal longer than the engine keeps in one piece is continued by the next piece', async () => {
  const long = 'x'.repeat(16_384);
  const entries = await read(Buffer.from(`${TIME} ${long}${TIME} y\n`), 1000, true);
  expect(entries).toEqual([`${TIME} stdout ${long}`, `${TIME} stdout y\n`]);
});
