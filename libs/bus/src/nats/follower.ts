import { randomBytes } from 'node:crypto';
import { delay, systemClock, type Clock, type Logger } from '@gantry/async';
import type { Msg } from '@nats-io/transport-node';
import { BusError, type Bus, type FollowOptions } from '../bus.js';
import type { Guard } from '../guard.js';
import { decodeHeaders } from './headers.js';
import { isMissingStream, jetStreamCall, type StreamInfo } from './jetstream.js';
import type { Listen, Send } from './wire.js';

/** The server says this often that it is there; silence for longer than the patience means that the consumer is not. */
const HEARTBEAT_MS = 1_000;
const PATIENCE_MS = 2_500;
/** Milliseconds until a stream that is not there, or a server that did not answer, is asked again. */
const RETRY_MS = 250;
const NANOSECONDS = 1_000_000;
const CONTROL = 100;
const NOTHING = new Uint8Array(0);

export interface FollowerPort {
  readonly stream: string;
  readonly bus: Pick<Bus, 'request'>;
  readonly send: Send;
  readonly listen: Listen;
  readonly guard: Guard;
  readonly logger: Logger;
  readonly clock?: Clock;
  /** Below it each consumer has a subject on which its messages arrive. */
  readonly inbox: string;
}

/**
 * An ordered consumer: pushed messages without acknowledgement, in a consumer that lives in the server's memory. Whenever one
 * is missing, the server is silent or the connection was lost, it is made anew from the next sequence wanted.
 */
export class Follower {
  private readonly closing = new AbortController();
  /** The next sequence that was not shown. */
  private cursor: number;
  private generation = 0;
  private consumer = '';
  /** Messages of this consumer so far: a number left out is a message lost on the way. */
  private delivered = 0;
  private heard = 0;
  private created: string | undefined;
  private trying: Promise<boolean> | undefined;
  private isRetrying = false;
  private subscription: ReturnType<Listen> | undefined;
  private refusal: BusError | undefined;
  private readonly watchdog: NodeJS.Timeout;

  constructor(
    private readonly options: FollowOptions,
    private readonly port: FollowerPort,
  ) {
    this.cursor = options.fromSequence;
    this.watchdog = setInterval(() => this.look(), HEARTBEAT_MS).unref();
  }

  /** Resolves when the server has been asked once; rejects with `refused` where this client may not follow. */
  async start(): Promise<void> {
    await this.restart();
    if (this.refusal !== undefined) throw this.refusal;
  }

  /** Makes the consumer anew. */
  async restart(): Promise<void> {
    this.generation += 1;
    this.consumer = '';
    const asked = await this.attempt();
    if (!asked) void this.keepTrying();
  }

  async close(): Promise<void> {
    clearInterval(this.watchdog);
    this.closing.abort();
    const { consumer, subscription } = this;
    this.consumer = '';
    this.generation += 1;
    await subscription?.close();
    if (consumer !== '') await jetStreamCall(this.port.bus, `CONSUMER.DELETE.${this.port.stream}.${consumer}`, undefined).catch(() => undefined);
  }

  private receive(generation: number, message: Msg): void {
    if (generation !== this.generation) return;
    this.heard = performance.now();
    if (message.data.length === 0 && message.headers?.code === CONTROL) return this.control(message);
    const { sequence, delivery } = positionOf(message.reply ?? '');
    if (delivery !== this.delivered + 1) return void this.restart();
    this.delivered = delivery;
    this.show(message, sequence);
  }

  private show(message: Msg, sequence: number): void {
    if (sequence < this.cursor) return;
    if (this.options.subjects === undefined && sequence > this.cursor) this.tellGap(sequence);
    this.cursor = sequence + 1;
    this.port.guard(this.options.onMessage, { sequence, subject: message.subject, headers: decodeHeaders(message), data: copyApart(message.data) });
  }

  /** A heartbeat that counts more than arrived, or a request to say that what was sent so far has been taken. */
  private control(message: Msg): void {
    const stalled = message.headers?.get('Nats-Consumer-Stalled') ?? '';
    const answer = stalled !== '' ? stalled : (message.reply ?? '');
    if (answer !== '') this.port.send(answer, NOTHING);
    const last = message.headers?.get('Nats-Last-Consumer') ?? '';
    if (last !== '' && Number(last) !== this.delivered) void this.restart();
  }

  private look(): void {
    if (this.consumer !== '' && performance.now() - this.heard > PATIENCE_MS) void this.restart();
  }

  /** One at a time: a second one would take the first one's messages for its own. */
  private attempt(): Promise<boolean> {
    this.trying ??= this.tryOnce().finally(() => (this.trying = undefined));
    return this.trying;
  }

  private async keepTrying(): Promise<void> {
    if (this.isRetrying) return;
    this.isRetrying = true;
    while (!this.closing.signal.aborted && this.consumer === '') {
      await delay(this.port.clock ?? systemClock, RETRY_MS, this.closing.signal).catch(() => undefined);
      if (this.closing.signal.aborted || this.consumer !== '' || (await this.attempt())) break;
    }
    this.isRetrying = false;
  }

  /** False when it has to be tried again. */
  private async tryOnce(): Promise<boolean> {
    const { generation } = this;
    try {
      const info = await jetStreamCall<StreamInfo>(this.port.bus, `STREAM.INFO.${this.port.stream}`, undefined, this.closing.signal);
      this.alignTo(info);
      return (await this.createConsumer(generation)) || this.closing.signal.aborted;
    } catch (error) {
      if (error instanceof BusError && error.code === 'refused') return this.giveUp(error);
      if (!this.closing.signal.aborted && !isMissingStream(error)) this.port.logger.debug({ error: String(error) }, 'the watch stream cannot be followed yet');
      return this.closing.signal.aborted;
    }
  }

  private giveUp(refusal: BusError): true {
    this.refusal = refusal;
    clearInterval(this.watchdog);
    this.port.logger.error({ error: refusal.message, subjects: this.options.subjects }, 'the watch stream may not be followed');
    return true;
  }

  /** Where the stream no longer has what is wanted, or is another one, following goes on at its first message. */
  private alignTo({ created, state }: StreamInfo): void {
    const startedOver = this.created !== undefined && this.created !== created && this.cursor > state.first_seq;
    this.created = created;
    if (this.cursor < state.first_seq || startedOver) this.tellGap(state.first_seq);
  }

  private tellGap(next: number): void {
    const gap = { expected: this.cursor, next };
    this.cursor = next;
    if (this.options.onGap !== undefined) this.port.guard(this.options.onGap, gap);
  }

  /** False where a restart asked for another one meanwhile. */
  private async createConsumer(generation: number): Promise<boolean> {
    const name = `gantry-${randomBytes(9).toString('hex')}`;
    this.delivered = 0;
    this.heard = performance.now();
    const { subjects } = this.options;
    const inbox = `${this.port.inbox}.${generation}`;
    void this.subscription?.close();
    this.subscription = this.port.listen(inbox, undefined, (message) => this.receive(generation, message));
    await jetStreamCall(this.port.bus, createSubject(this.port.stream, name, subjects), { stream_name: this.port.stream, config: configOf(name, inbox, this.cursor, subjects) }, this.closing.signal);
    if (generation !== this.generation) return false;
    this.consumer = name;
    return true;
  }
}

function configOf(name: string, inbox: string, from: number, subjects: readonly string[] | undefined): object {
  return {
    name,
    deliver_policy: 'by_start_sequence',
    opt_start_seq: from,
    deliver_subject: inbox,
    ack_policy: 'none',
    flow_control: true,
    idle_heartbeat: HEARTBEAT_MS * NANOSECONDS,
    inactive_threshold: 10 * HEARTBEAT_MS * NANOSECONDS,
    mem_storage: true,
    num_replicas: 1,
    max_deliver: 1,
    ...filterOf(subjects),
  };
}

/** A single filter stands in the subject too, so that permissions can say who may follow what. */
function createSubject(stream: string, name: string, subjects: readonly string[] | undefined): string {
  return `CONSUMER.CREATE.${stream}.${name}${subjects?.length === 1 ? `.${subjects[0]}` : ''}`;
}

function filterOf(subjects: readonly string[] | undefined): object {
  if (subjects === undefined) return {};
  return subjects.length === 1 ? { filter_subject: subjects[0] } : { filter_subjects: subjects };
}

/** From the subject on which a message would be acknowledged: `$JS.ACK.<stream>.<consumer>.<deliveries>.<sequence>.<delivery>.…` */
function positionOf(reply: string): { sequence: number; delivery: number } {
  const tokens = reply.split('.');
  // Newer servers may put a domain and an account before the stream.
  const first = tokens.length > 9 ? 6 : 4;
  return { sequence: Number(tokens[first + 1]), delivery: Number(tokens[first + 2]) };
}

/** What is kept long is copied: a slice of what the socket gave would keep all of it. */
function copyApart(data: Uint8Array): Buffer {
  const copy = Buffer.allocUnsafeSlow(data.byteLength);
  copy.set(data);
  return copy;
}
