import { newInternalError, statusErrorFrom, type Status } from '@gantry/apimachinery';
import type { KubeObject, WatchEvent } from './client.js';
import { readJson } from './exact-json.js';

const NEWLINE = 0x0a;

/**
 * Lines of a body that comes in chunks, without their ends; an unfinished last line is dropped, as the server broke off in it.
 * Linear in the bytes: the parts of a long line are joined once.
 */
export async function* readLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, undefined> {
  let parts: Uint8Array[] = [];
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      parts.push(chunk.subarray(start, end));
      const line = joinText(parts);
      parts = [];
      start = end + 1;
      if (line !== '') yield line;
    }
    if (start < chunk.byteLength) parts.push(chunk.subarray(start));
  }
}

function joinText(parts: readonly Uint8Array[]): string {
  const [only] = parts;
  const bytes = parts.length === 1 && only !== undefined ? Buffer.from(only.buffer, only.byteOffset, only.byteLength) : Buffer.concat(parts);
  return bytes.toString('utf8');
}

/** The events of a watch body. Throws the `StatusError` of an ERROR event. */
export async function* readWatchEvents<T extends KubeObject>(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<WatchEvent<T>, void, undefined> {
  for await (const line of readLines(chunks)) yield parseEvent<T>(line);
}

function parseEvent<T extends KubeObject>(line: string): WatchEvent<T> {
  const event = readJson<{ type: string; object: unknown }>(line);
  switch (event.type) {
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED':
    case 'BOOKMARK':
      return event as WatchEvent<T>;
    case 'ERROR':
      throw statusErrorFrom(event.object as Status);
    default:
      throw newInternalError(`unknown type of watch event ${JSON.stringify(event.type)}`);
  }
}
