import type { IncomingMessage, ServerResponse } from 'node:http';
import { Http2ServerResponse } from 'node:http2';
import type { Http2ServerRequest } from 'node:http2';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { isStreamed } from './answer.js';
import type { PlainAnswer, WholeAnswer } from './answer.js';
import { isGone, ResponseSink } from './response-sink.js';

/** Smaller answers are sent as they are: compressing them costs more than it saves. As upstream has it. */
const GZIP_FROM_BYTES = 128 * 1024;
const compress = promisify(gzip);

/** Writes an answer. Resolves when a whole answer has been handed to the connection, or when a streamed one has begun. */
export async function respond(request: IncomingMessage | Http2ServerRequest, response: ServerResponse | Http2ServerResponse, answer: PlainAnswer): Promise<void> {
  if (isStreamed(answer)) {
    head(response, answer.status, answer.headers);
    if (!(response instanceof Http2ServerResponse)) response.flushHeaders();
    answer.start(new ResponseSink(response));
    return;
  }
  const length = lengthOf(answer);
  if (length >= GZIP_FROM_BYTES && acceptsGzip(request)) return respondCompressed(response, answer);
  answer.headers['content-length'] = String(length);
  head(response, answer.status, answer.headers);
  await sendBody(response, request.method === 'HEAD' ? [] : answer.body);
}

async function respondCompressed(response: ServerResponse | Http2ServerResponse, answer: WholeAnswer): Promise<void> {
  const body = answer.body instanceof Uint8Array ? answer.body : Buffer.concat(answer.body);
  const compressed = await compress(body, { level: 1 });
  answer.headers['content-encoding'] = 'gzip';
  answer.headers['vary'] = 'Accept-Encoding';
  answer.headers['content-length'] = String(compressed.length);
  head(response, answer.status, answer.headers);
  end(response, compressed);
}

async function sendBody(response: ServerResponse | Http2ServerResponse, body: WholeAnswer['body']): Promise<void> {
  if (body instanceof Uint8Array) return end(response, body);
  for (let i = 0; i < body.length - 1; i++) if (!write(response, body[i]!)) await room(response);
  end(response, body.at(-1));
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

function lengthOf({ body }: WholeAnswer): number {
  if (body instanceof Uint8Array) return body.length;
  let length = 0;
  for (const piece of body) length += piece.length;
  return length;
}

function acceptsGzip(request: IncomingMessage | Http2ServerRequest): boolean {
  const header = request.headers['accept-encoding'];
  return typeof header === 'string' && header.includes('gzip');
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
