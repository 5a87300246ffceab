import { newRequestEntityTooLarge, toStatus } from '@gantry/apimachinery';
import { BusError, type Bus, type BusMessage, type ByteStream, type Reply } from '@gantry/bus';
import type { ApiRequest, ApiResponse, ApiStreamResponse } from '../transport.js';
import { BODY_FOLLOWS, decodeRequestHead, encodeResponseHead, encodeStreamHead, identitySubject, REQUEST_TOKEN, STREAM_TOKEN } from './bus-wire.js';

/** Answers one request; `identity` is the subject that the bus let the requester use, as `api.node.n1`. */
export type ApiHandler = (identity: string, request: ApiRequest) => Promise<ApiResponse | ApiStreamResponse>;

export interface ServeApiOptions {
  /** Patterns of identities, as `api.component.*`. */
  readonly subjects: readonly string[];
  /** Patterns of identities whose requests are answered, but who open no streams. */
  readonly requestSubjects?: readonly string[];
  readonly handler: ApiHandler;
  /** Replicas of one queue share the requests; default `api`. */
  readonly queue?: string;
  /** Longest body of a request in bytes; default 3 MiB. */
  readonly maxBodyBytes?: number;
}

const MAX_BODY_BYTES = 3 * 1024 * 1024;

/** Serves the API on the bus. `close` ends the acceptance and resolves when no request is being answered. */
export function serveApi(bus: Bus, { subjects, requestSubjects = [], handler, queue = 'api', maxBodyBytes = MAX_BODY_BYTES }: ServeApiOptions): { close(): Promise<void> } {
  const subscriptions = [
    ...[...subjects, ...requestSubjects].map((subject) => bus.respond(`${subject}.${REQUEST_TOKEN}`, (message, signal) => answerRequest(handler, message, signal, bus.maxPayload), { queue })),
    ...subjects.map((subject) =>
      bus.acceptStreams(
        `${subject}.${STREAM_TOKEN}`,
        (stream) => {
          stream.accept();
          void answerStream(handler, stream, maxBodyBytes);
        },
        { queue },
      ),
    ),
  ];
  return {
    close: async () => {
      await Promise.all(subscriptions.map((subscription) => subscription.close()));
    },
  };
}

async function answerRequest(handler: ApiHandler, message: BusMessage, signal: AbortSignal, limit: number): Promise<Reply> {
  const body = message.data.byteLength === 0 ? undefined : message.data;
  const response = await handle(handler, message.subject, () => ({ ...decodeRequestHead(message.headers), body, signal }));
  return { headers: encodeResponseHead(response), data: await wholeBody(response.body, limit) };
}

async function answerStream(handler: ApiHandler, stream: ByteStream, maxBodyBytes: number): Promise<void> {
  const controller = new AbortController();
  void stream.closed.then((reason) => reason !== undefined && controller.abort(new Error(reason)));
  try {
    const body = stream.headers[BODY_FOLLOWS] === undefined ? undefined : await readBody(stream, maxBodyBytes);
    const response = await handle(handler, stream.subject, () => {
      if (body === 'too-large') throw newRequestEntityTooLarge(`limit is ${maxBodyBytes}`);
      return { ...decodeRequestHead(stream.headers), body, signal: controller.signal };
    });
    await writeAnswer(stream, response);
    await stream.end();
  } catch (error) {
    // The requester left, or the answer broke off in the middle: a broken stream is the only way to say so.
    stream.cancel(error instanceof Error ? error.message : String(error));
  }
}

async function handle(handler: ApiHandler, subject: string, request: () => ApiRequest): Promise<ApiResponse | ApiStreamResponse> {
  try {
    return await handler(identitySubject(subject), request());
  } catch (error) {
    const status = toStatus(error);
    return { status: status.code ?? 500, headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify(status)) };
  }
}

/** A head and a body that are known travel in one chunk. */
async function writeAnswer(stream: ByteStream, response: ApiResponse | ApiStreamResponse): Promise<void> {
  const head = encodeStreamHead(response);
  if (response.body instanceof Uint8Array) return stream.write(Buffer.concat([head, response.body]));
  await stream.write(head);
  for await (const chunk of response.body) await stream.write(chunk);
}

/** What flows may have no end: as soon as it is more than a message can carry, it is given up. Throws `too-large`. */
async function wholeBody(body: Uint8Array | AsyncIterable<Uint8Array>, limit: number): Promise<Uint8Array> {
  if (body instanceof Uint8Array) return body;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size > limit) throw new BusError('too-large', `an answer of more than ${limit} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function readBody(stream: ByteStream, limit: number): Promise<Uint8Array | 'too-large'> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream.readable) {
    size += chunk.byteLength;
    if (size > limit) return 'too-large';
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
