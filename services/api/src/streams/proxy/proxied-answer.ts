import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { Answer, AnswerSink } from '../../http/answer.js';
import type { RequestContext } from '../../http/request-context.js';
import { answeredHeaders } from './proxy-headers.js';
import { rewrittenHtml, rewrittenUrl } from './rewrite.js';
import type { Rewriting } from './rewrite.js';

/** A longer page passes by as it is: to change it, it must be had whole. */
const LONGEST_PAGE = 4 * 1024 * 1024;
/** Bytes that a client may leave unread before the target is made to wait. */
const HIGH_WATER = 256 * 1024;
const unpacked = promisify(gunzip);
const packed = promisify(gzip);

/** What a target answered, with its own addresses leading through the proxy. */
export async function proxiedAnswer(context: RequestContext, response: IncomingMessage, rewriting: Rewriting): Promise<Answer> {
  const status = response.statusCode ?? 502;
  const headers = answeredHeaders(response.headers);
  const cookies = response.headers['set-cookie'];
  const isHead = context.method === 'HEAD';
  if (headers['location'] !== undefined) headers['location'] = rewrittenUrl(headers['location'], rewriting);
  else if (isPage(response) && !isHead) return { status, headers: withoutLength(headers), cookies, start: (sink) => void page(response, rewriting, sink) };
  const start = (sink: AnswerSink): void => {
    sink.onGone(() => response.destroy());
    void pump(response, sink, isHead);
  };
  return { status, headers, cookies, start };
}

export async function readWhole(response: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function isPage({ headers }: IncomingMessage): boolean {
  const [type = ''] = (headers['content-type'] ?? '').split(';');
  return type.trim() === 'text/html' && ['', 'gzip'].includes(headers['content-encoding'] ?? '') && !(Number(headers['content-length'] ?? '0') > LONGEST_PAGE);
}

async function page(response: IncomingMessage, rewriting: Rewriting, sink: AnswerSink): Promise<void> {
  sink.onGone(() => response.destroy());
  const source = response[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  const beginning = await beginningOf(source).catch(() => undefined);
  if (beginning === undefined) return sink.destroy();
  const { bytes, isWhole } = beginning;
  sink.write(isWhole ? await changed(bytes, response.headers['content-encoding'] === 'gzip', rewriting).catch(() => bytes) : bytes);
  if (isWhole) sink.end();
  else await pump({ [Symbol.asyncIterator]: () => source }, sink, false);
}

async function beginningOf(source: AsyncIterator<Uint8Array>): Promise<{ readonly bytes: Buffer; readonly isWhole: boolean }> {
  const chunks: Uint8Array[] = [];
  for (let size = 0; size <= LONGEST_PAGE; ) {
    const { done, value } = await source.next();
    if (done === true) return { bytes: Buffer.concat(chunks), isWhole: true };
    chunks.push(value);
    size += value.length;
  }
  return { bytes: Buffer.concat(chunks), isWhole: false };
}

async function changed(body: Buffer, isPacked: boolean, rewriting: Rewriting): Promise<Uint8Array> {
  const html = isPacked ? await unpacked(body, { maxOutputLength: LONGEST_PAGE }) : body;
  const page = Buffer.from(rewrittenHtml(html.toString('latin1'), rewriting), 'latin1');
  return isPacked ? packed(page) : page;
}

function withoutLength({ 'content-length': _length, ...others }: Record<string, string>): Record<string, string> {
  return others;
}

async function pump(source: AsyncIterable<Uint8Array>, sink: AnswerSink, isHead: boolean): Promise<void> {
  try {
    for await (const chunk of source) {
      if (isHead) continue;
      sink.write(chunk);
      if (sink.buffered > HIGH_WATER) await sink.drained();
    }
    sink.end();
  } catch {
    sink.destroy();
  }
}
