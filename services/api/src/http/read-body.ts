import type { IncomingMessage } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import { newRequestEntityTooLarge } from '@gantry/apimachinery';

/** The whole body; undefined when there is none. Rejects with 413 as soon as it is known to be too long, with the stream's error when it broke. */
export function readBody(request: IncomingMessage | Http2ServerRequest, limit: number): Promise<Uint8Array | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    let size = 0;
    const tooLong = (): void => {
      dropBody(request);
      reject(newRequestEntityTooLarge(`limit is ${String(limit)}`));
    };
    if (Number(request.headers['content-length'] ?? '0') > limit) return tooLong();
    request.on('data', (chunk: Uint8Array) => {
      size += chunk.length;
      if (size > limit) return tooLong();
      chunks.push(chunk);
    });
    request.on('end', () => resolve(size === 0 ? undefined : chunks.length === 1 ? chunks[0] : Buffer.concat(chunks, size)));
    request.on('error', reject);
    request.on('aborted', () => reject(new Error('the client went away')));
    // Without an end before: whatever broke the stream, nothing more comes.
    request.on('close', () => {
      if (!request.readableEnded) reject(new Error('the body broke off'));
    });
  });
}

/** Lets what is left of a body pass by; nothing of it is kept. */
export function dropBody(request: IncomingMessage | Http2ServerRequest): void {
  request.removeAllListeners('data');
  request.resume();
}
