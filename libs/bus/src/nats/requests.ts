import type { Msg } from '@nats-io/transport-node';
import { BusError, type BusErrorCode, type BusMessage, type RequestOptions } from '../bus.js';
import type { FaultPlan } from '../memory/faults.js';
import { PendingRequest } from '../pending-request.js';
import { decodeHeaders, ERROR, REQUEST_ID, TIMEOUT } from './headers.js';
import { cancelSubject, type Send } from './wire.js';

const NOTHING = new Uint8Array(0);
const NO_RESPONDERS = 503;

interface Waiting {
  readonly pending: PendingRequest;
  readonly request: BusMessage;
}

/** The asking side: every request has an answer subject of its own below one that this client alone listens on. */
export class Requests {
  private readonly waiting = new Map<string, Waiting>();
  private lastId = 0;

  constructor(
    private readonly inbox: string,
    private readonly send: Send,
    private readonly faults: FaultPlan | undefined,
  ) {}

  request(subject: string, data: Uint8Array, options: RequestOptions): Promise<BusMessage> {
    const reply = this.nextReply();
    const pending = new PendingRequest(options, (_settled, gaveUp) => {
      this.waiting.delete(reply);
      if (gaveUp) this.cancel(subject, reply);
    });
    const request: BusMessage = { subject, headers: options.headers ?? {}, data };
    this.waiting.set(reply, { pending, request });
    const send = (): void => this.send(subject, data, options.headers, { [REQUEST_ID]: reply, [TIMEOUT]: String(options.timeoutMs) }, reply);
    try {
      if (this.faults?.active === true) this.faults.apply('send', request, send);
      else send();
    } catch (error) {
      pending.refuse(error as BusError);
    }
    return pending.promise;
  }

  /** What arrived below the inbox. */
  receive(message: Msg): void {
    const waiting = this.waiting.get(message.subject);
    if (waiting === undefined) return;
    const settle = (): void => settleWith(waiting, message);
    if (this.faults?.active === true) this.faults.apply('reply', waiting.request, settle);
    else settle();
  }

  /** The server does not let this client ask there. */
  refuse(subject: string): void {
    for (const { pending, request } of [...this.waiting.values()]) {
      if (request.subject === subject) pending.refuse(new BusError('refused', `this client may not publish on ${subject}`));
    }
  }

  failAll(why: string): void {
    for (const { pending } of [...this.waiting.values()]) pending.giveUp(new BusError('disconnected', why));
  }

  private nextReply(): string {
    this.lastId += 1;
    return `${this.inbox}.reply.${this.lastId}`;
  }

  /** Nobody may be there to be told. */
  private cancel(subject: string, reply: string): void {
    try {
      this.send(cancelSubject(subject), NOTHING, undefined, { [REQUEST_ID]: reply });
    } catch {
      // The connection is gone: the responder's deadline ends its work.
    }
  }
}

function settleWith({ pending, request }: Waiting, message: Msg): void {
  const { headers } = message;
  if (headers !== undefined && headers.code === NO_RESPONDERS) return pending.refuse(new BusError('no-responders', `nobody answers on ${request.subject}`));
  const code = headers?.get(ERROR) ?? '';
  if (code !== '') return pending.refuse(new BusError(code as BusErrorCode, Buffer.from(message.data).toString()));
  pending.answer({ subject: request.subject, headers: decodeHeaders(message), data: message.data });
}
