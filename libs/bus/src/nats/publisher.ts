import type { Msg } from '@nats-io/transport-node';
import { BusError, type BusHeaders, type BusMessage } from '../bus.js';
import type { FaultPlan } from '../memory/faults.js';
import { EXPECTED_LAST_SEQUENCE } from './headers.js';
import { failureToBusError, type JetStreamFailure } from './jetstream.js';
import type { Send } from './wire.js';

/** Milliseconds until a publish that nobody acknowledged is given up. */
const ACKNOWLEDGE_MS = 3_000;
const LOOK_EVERY_MS = 500;
const NO_RESPONDERS = 503;

interface Waiting {
  readonly message: BusMessage;
  readonly deadline: number;
  readonly resolve: () => void;
  readonly reject: (error: BusError) => void;
}

interface Acknowledgement {
  readonly error?: JetStreamFailure;
}

/**
 * Publishes to the watch stream at exact sequences. Raw publishes with one shared inbox for their acknowledgements, and one timer
 * for all of them, since they become due in the order in which they were sent.
 */
export class WatchPublisher {
  private readonly waiting = new Map<string, Waiting>();
  private lastId = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly inbox: string,
    private readonly send: Send,
    private readonly faults: FaultPlan | undefined,
  ) {}

  publish(subject: string, data: Uint8Array, headers: BusHeaders, sequence: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.lastId += 1;
      const reply = `${this.inbox}.ack.${this.lastId}`;
      const message: BusMessage = { subject, headers, data };
      const send = (): void => this.send(subject, data, headers, { [EXPECTED_LAST_SEQUENCE]: String(sequence - 1) }, reply);
      const sent = this.faults?.active === true ? this.faults.apply('send', message, send) : (send(), 'passed');
      if (sent === 'dropped') return reject(unacknowledged());
      this.waiting.set(reply, { message, deadline: performance.now() + ACKNOWLEDGE_MS, resolve, reject });
      this.timer ??= setInterval(() => this.expire(performance.now()), LOOK_EVERY_MS).unref();
    });
  }

  receive(answer: Msg): void {
    const waiting = this.waiting.get(answer.subject);
    if (waiting === undefined) return;
    this.waiting.delete(answer.subject);
    this.rest();
    const settle = (): void => acknowledge(waiting, answer);
    const verdict = this.faults?.active === true ? this.faults.apply('reply', waiting.message, settle) : (settle(), 'passed');
    if (verdict === 'dropped') waiting.reject(unacknowledged());
  }

  failAll(why: string): void {
    for (const { reject } of this.waiting.values()) reject(new BusError('disconnected', why));
    this.waiting.clear();
    this.rest();
  }

  private expire(now: number): void {
    for (const [reply, { deadline, reject }] of this.waiting) {
      if (deadline > now) break;
      this.waiting.delete(reply);
      reject(unacknowledged());
    }
    this.rest();
  }

  private rest(): void {
    if (this.waiting.size > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }
}

function acknowledge({ resolve, reject }: Waiting, answer: Msg): void {
  if (answer.headers !== undefined && answer.headers.code === NO_RESPONDERS) return reject(new BusError('no-responders', 'the watch stream does not exist'));
  const { error } = JSON.parse(Buffer.from(answer.data).toString()) as Acknowledgement;
  if (error === undefined) resolve();
  else reject(failureToBusError(error));
}

function unacknowledged(): BusError {
  return new BusError('timeout', 'the watch stream did not acknowledge the message');
}
