import type { IncomingMessage, ServerResponse } from 'node:http';
import { Http2ServerResponse } from 'node:http2';
import type { Http2ServerRequest } from 'node:http2';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { isMadeOnTheWay, isStreamed } from './answer.js';
import type { PlainAnswer, WholeAnswer } from './answer.js';
import { isGone, ResponseSink } from './response-sink.js';

/** Smaller answers are sent as they are: compressing them costs more than it saves. As upstream has it. */
const GZIP_FROM_BYTES = 128 * 1024;
/** The least work, at which JSON becomes a tenth all the same. */
const LEVEL = 1;
/** Bytes that are handed to the compressor at a time. */
const PORTION = 64 * 1024;

/** Writes an answer. Resolves when a whole answer has been handed to the connection, or when a streamed one has begun. */
export async function respond(request: IncomingMessage | Http2ServerRequest, response: ServerResponse | Http2ServerResponse, answer: PlainAnswer): Promise<void> {
  if (answer.cookies !== undefined) response.setHeader('set-cookie', [...answer.cookies]);
  if (isStreamed(answer)) {
    head(response, answer.status, answer.headers);
    if (!(response instanceof Http2ServerResponse)) response.flushHeaders();
    answer.start(new ResponseSink(response));
    return;
  }
  const length = lengthOf(answer);
  if ((length === undefined || length > GZIP_FROM_BYTES) && acceptsGzip(request)) return respondCompressed(request, response, answer);
  if (length !== undefined) answer.headers['content-length'] = String(length);
  head(response, answer.status, answer.headers);
  await sendBody(response, request.method === 'HEAD' ? [] : answer.body);
}

/** Compressed while it is sent, elsewhere than on the loop: no second copy of a large answer is made. */
async function respondCompressed(request: IncomingMessage | Http2ServerRequest, response: ServerResponse | Http2ServerResponse, answer: WholeAnswer): Promise<void> {
  answer.headers['content-encoding'] = 'gzip';
  answer.headers['vary'] = answer.headers['vary'] === undefined ? 'Accept-Encoding' : `${answer.headers['vary']}, Accept-Encoding`;
  head(response, answer.status, answer.headers);
  if (request.method === 'HEAD') return end(response, undefined);
  await pipeline(Readable.from(portions(answer.body), { objectMode: false }), createGzip({ level: LEVEL }), response);
}

async function* portions(body: WholeAnswer['body']): AsyncGenerator<Uint8Array> {
  for await (const piece of body instanceof Uint8Array ? [body] : body) {
    for (let at = 0; at < piece.length; at += PORTION) yield piece.subarray(at, at + PORTION);
  }
}

async function sendBody(response: ServerResponse | Http2ServerResponse, body: WholeAnswer['body']): Promise<void> {
  if (body instanceof Uint8Array) return end(response, body);
  if (isMadeOnTheWay(body)) return sendMade(response, body);
  for (let i = 0; i < body.length - 1; i++) if (!write(response, body[i]!)) await room(response);
  end(response, body.at(-1));
}

/** Nothing more is made for a client that is gone. */
async function sendMade(response: ServerResponse | Http2ServerResponse, pieces: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const piece of pieces) {
    if (isGone(response)) return;
    if (!write(response, piece)) await room(response);
  }
  end(response, undefined);
}

/** Resolves when the connection takes more, or is gone; in another turn of the loop, since a connection that takes everything at once leaves no turn to others. */
async function room(response: ServerResponse | Http2ServerResponse): Promise<void> {
  if (isGone(response)) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      response.off('drain', done);
      response.off('close', done);
      setImmediate(resolve);
    };
    response.on('drain', done);
    response.on('close', done);
  });
}

/** undefined: known when it has been sent. */
function lengthOf({ body }: WholeAnswer): number | undefined {
  if (body instanceof Uint8Array) return body.length;
  if (isMadeOnTheWay(body)) return undefined;
  let length = 0;
  for (const piece of body) length += piece.length;
  return length;
}

function acceptsGzip(request: IncomingMessage | Http2ServerRequest): boolean {
  const header = request.headers['accept-encoding'];
  return typeof header === 'string' && header.split(',').some((token) => token.trim() === 'gzip');
}

/** The two kinds of response have the same methods with signatures that do not meet. */
function head(response: ServerResponse | Http2ServerResponse, status: number, headers: Record<string, string>): void {
  if (response instanceof Http2ServerResponse) response.writeHead(status, headers);
  else response.writeHead(status, headers);
}

function write(response: ServerResponse | Http2ServerResponse, chunk: Uint8Array): boolean {
  return response instanceof Http2ServerResponse ? response.write(chunk) : response.write(chunk);
}

function end(response: ServerResponse | Http2ServerResponse, chunk: Uint8Array | undefined): void {
  if (chunk === undefined || chunk.length === 0) response.end();
  else if (response instanceof Http2ServerResponse) response.end(chunk);
  else response.end(chunk);
}
