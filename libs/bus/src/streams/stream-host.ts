import { randomBytes } from 'node:crypto';
import {
  BusError, type Bus, type BusHeaders, type BusMessage, type ByteStream, type OpenStreamOptions, type Reply, type StreamHandler, type SubscribeOptions, type Subscription,
} from '../bus.js';
import { StreamSide } from './byte-stream.js';
import { frameHeaders, parseFrame, STREAM_INBOX_HEADER, userHeaders } from './frames.js';

/** What a carrier offers below its streams. */
export type StreamPort = Pick<Bus, 'maxPayload' | 'publish' | 'subscribe' | 'request' | 'respond'>;

const ALIVE_EVERY_MS = 10_000;
const SILENT_FOR_MS = 35_000;
const NOTHING = new Uint8Array(0);

interface OpenSide {
  readonly side: StreamSide;
  readonly inbox: string;
  /** Where the other side takes frames; unknown to the opener until it is accepted. */
  remote: string | undefined;
}

/**
 * Byte streams of one bus, made of its messages. Opening is a request that names the opener's inbox, accepting its answer,
 * which names the acceptor's. A subject therefore takes either requests or streams.
 */
export class StreamHost {
  private readonly sides = new Map<string, OpenSide>();
  private subscription: { prefix: string; subscription: Subscription } | undefined;
  private heartbeat: NodeJS.Timeout | undefined;

  constructor(
    private readonly port: StreamPort,
    /** Prefix of the subjects that this bus alone may listen on; may change with each connection. */
    private readonly inboxPrefix: () => string,
  ) {}

  async open(subject: string, options: OpenStreamOptions): Promise<ByteStream> {
    const open = this.createSide(subject);
    try {
      const headers = { ...options.headers, [STREAM_INBOX_HEADER]: open.inbox };
      const answer = await this.port.request(subject, NOTHING, { ...options, headers });
      open.remote = requireInbox(answer.headers);
      open.side.headers = userHeaders(answer.headers);
    } catch (error) {
      open.side.breakOff('cancelled', 'the stream was not accepted', false);
      throw error;
    }
    this.cancelOnAbort(open.side, options.signal);
    return open.side;
  }

  accept(pattern: string, handler: StreamHandler, options?: SubscribeOptions): Subscription {
    return this.port.respond(pattern, (message, signal) => this.answerOpening(message, signal, handler), options);
  }

  /** Breaks every stream: the carrier lost its connection. */
  breakAll(reason: string): void {
    for (const { side } of [...this.sides.values()]) side.breakOff('disconnected', reason, false);
    void this.subscription?.subscription.close();
    this.subscription = undefined;
  }

  close(): void {
    this.breakAll('the bus is closed');
  }

  private answerOpening(message: BusMessage, signal: AbortSignal, handler: StreamHandler): Promise<Reply> {
    const remote = requireInbox(message.headers);
    const open = this.createSide(message.subject);
    open.remote = remote;
    open.side.headers = userHeaders(message.headers);
    return new Promise((resolve, reject) => {
      const abandon = (): void => open.side.breakOff('cancelled', 'the opener gave up', false);
      signal.addEventListener('abort', abandon, { once: true });
      const accept = (headers: BusHeaders = {}): void => {
        signal.removeEventListener('abort', abandon);
        resolve({ headers: { ...headers, [STREAM_INBOX_HEADER]: open.inbox }, data: NOTHING });
      };
      const stream = Object.assign(open.side, { accept });
      const refuse = (error: unknown): void => {
        reject(refusal(error));
        open.side.breakOff('cancelled', error instanceof Error ? error.message : String(error), true);
      };
      void runHandler(handler, stream).catch(refuse);
    });
  }

  private createSide(subject: string): OpenSide {
    const id = randomBytes(12).toString('hex');
    const inbox = `${this.listen()}.stream.${id}`;
    const side = new StreamSide({
      subject,
      maxPayload: this.port.maxPayload,
      send: (kind, sequence, value, data) => {
        if (open.remote !== undefined) this.port.publish(open.remote, data, frameHeaders(kind, sequence, value));
      },
      onClosed: () => this.remove(id),
    });
    const open: OpenSide = { side, inbox, remote: undefined };
    this.sides.set(id, open);
    this.heartbeat ??= setInterval(() => this.beat(), ALIVE_EVERY_MS).unref();
    return open;
  }

  /** One subscription takes the frames of all streams. */
  private listen(): string {
    const prefix = this.inboxPrefix();
    if (this.subscription?.prefix !== prefix) {
      const subscription = this.port.subscribe(`${prefix}.stream.*`, (message) => this.handleMessage(message));
      this.subscription = { prefix, subscription };
    }
    return prefix;
  }

  private handleMessage(message: BusMessage): void {
    const frame = parseFrame(message);
    const id = message.subject.slice(message.subject.lastIndexOf('.') + 1);
    if (frame !== undefined) this.sides.get(id)?.side.handleFrame(frame);
  }

  private remove(id: string): void {
    this.sides.delete(id);
    if (this.sides.size > 0) return;
    clearInterval(this.heartbeat);
    this.heartbeat = undefined;
  }

  private beat(): void {
    const now = performance.now();
    for (const { side, remote } of [...this.sides.values()]) {
      if (remote === undefined) continue;
      if (now - side.lastHeard > SILENT_FOR_MS) side.breakOff('disconnected', 'the other side is silent', true);
      else side.showAlive();
    }
  }

  private cancelOnAbort(side: StreamSide, signal: AbortSignal | undefined): void {
    if (signal === undefined) return;
    const cancel = (): void => side.cancel('the stream was cancelled');
    if (signal.aborted) return cancel();
    signal.addEventListener('abort', cancel, { once: true });
    void side.closed.then(() => signal.removeEventListener('abort', cancel));
  }
}

async function runHandler(handler: StreamHandler, stream: Parameters<StreamHandler>[0]): Promise<void> {
  await handler(stream);
}

/** A frame goes nowhere but to an inbox: else an opener could name any subject and have bytes published there. */
function requireInbox(headers: BusHeaders): string {
  const inbox = headers[STREAM_INBOX_HEADER];
  if (inbox === undefined || !/^_INBOX(?:\.[A-Za-z0-9_=-]+){1,3}\.stream\.[0-9a-f]+$/.test(inbox)) throw new BusError('refused', 'the other side does not take streams');
  return inbox;
}

function refusal(error: unknown): BusError {
  if (error instanceof BusError && error.code === 'refused') return error;
  return new BusError('refused', error instanceof Error ? error.message : String(error));
}
