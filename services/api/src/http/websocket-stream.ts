import { failure } from '@gantry/apimachinery';
import { acceptWebSocket, listed, MessageSocket } from '@gantry/stream-protocols';
import type { StreamedAnswer, UpgradeAnswer } from './answer.js';
import { MessageSink } from './message-sink.js';
import type { RequestContext } from './request-context.js';

/** Whether a client wants the answer as messages, not as a body. */
export function wantsMessages({ upgrade }: RequestContext): boolean {
  return upgrade === 'websocket';
}

/** Bytes before an event's message in a body, which messages do not need. */
const LENGTH_PREFIX = 4;

/** A watch as messages, one an event: text where events are JSON, else bytes. Any one subprotocol will do, as upstream has it. */
export function watchAsMessages(answer: StreamedAnswer, context: RequestContext): UpgradeAnswer {
  const protocols = listed(context.headers['sec-websocket-protocol']);
  if (protocols.length > 1) throw failure(400, 'BadRequest', 'bad protocol', {});
  const isText = answer.headers['content-type'] === 'application/json';
  return asMessages(answer, context, protocols[0] ?? '', isText ? (frame) => Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength).toString() : (frame) => frame.subarray(LENGTH_PREFIX));
}

/** Bytes as they are, or as text in base64. */
const BYTES: Readonly<Record<string, (chunk: Uint8Array) => Uint8Array | string>> = {
  '': (chunk) => chunk,
  'binary.k8s.io': (chunk) => chunk,
  'base64.binary.k8s.io': (chunk) => Buffer.from(chunk).toString('base64'),
};

/** A body of bytes as messages; the first one is empty, so that the client knows that it has begun. Throws 403 for subprotocols that are not spoken. */
export function bytesAsMessages(answer: StreamedAnswer, context: RequestContext): UpgradeAnswer {
  const wanted = listed(context.headers['sec-websocket-protocol']);
  const protocol = wanted.length === 0 ? '' : wanted.find((one) => Object.hasOwn(BYTES, one));
  if (protocol === undefined) throw failure(403, 'Forbidden', 'bad protocol', {});
  const { start } = answer;
  const begun: StreamedAnswer = {
    ...answer,
    start: (sink) => {
      sink.write(new Uint8Array(0));
      start(sink);
    },
  };
  return asMessages(begun, context, protocol, BYTES[protocol]!);
}

function asMessages(answer: StreamedAnswer, context: RequestContext, protocol: string, messageOf: (chunk: Uint8Array) => Uint8Array | string): UpgradeAnswer {
  const take: UpgradeAnswer['take'] = async (connection, headers) => {
    const { 'content-type': _type, ...others } = headers;
    const accepted = await acceptWebSocket({ ...connection, headers: others, protocol }).catch(() => undefined);
    if (accepted === undefined) return;
    const socket = new MessageSocket(accepted);
    const sink = new MessageSink(socket, messageOf);
    context.signal.addEventListener('abort', () => socket.close(1001), { once: true });
    answer.start(sink);
    await socket.closed;
  };
  return { status: 101, headers: {}, take };
}
