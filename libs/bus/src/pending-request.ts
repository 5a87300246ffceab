import { BusError, type BusMessage, type RequestOptions } from './bus.js';

/** A request on its way: settles once, by an answer, its deadline, its requester or a cut. */
export class PendingRequest {
  /** Aborted when the requester no longer waits for the answer. */
  readonly controller = new AbortController();
  readonly promise: Promise<BusMessage>;
  private resolve!: (message: BusMessage) => void;
  private reject!: (error: BusError) => void;
  private readonly timer: NodeJS.Timeout;
  private settled = false;

  constructor(
    private readonly options: RequestOptions,
    /** `gaveUp`: no answer came, and whoever works on one should be told. */
    private readonly onSettled: (pending: PendingRequest, gaveUp: boolean) => void,
  ) {
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    this.timer = setTimeout(this.expire, options.timeoutMs);
    options.signal?.addEventListener('abort', this.abort, { once: true });
  }

  answer(message: BusMessage): void {
    if (this.settle(false)) this.resolve(message);
  }

  /** The answering side failed: nobody works on it any more. */
  refuse(error: BusError): void {
    if (this.settle(false)) this.reject(error);
  }

  /** The requesting side gives up: who works on it is told. */
  giveUp(error: BusError): void {
    if (!this.settle(true)) return;
    this.reject(error);
    this.controller.abort(error);
  }

  private readonly expire = (): void => {
    this.giveUp(new BusError('timeout', `no answer within ${this.options.timeoutMs} ms`));
  };

  private readonly abort = (): void => {
    this.giveUp(new BusError('cancelled', 'the request was cancelled'));
  };

  private settle(gaveUp: boolean): boolean {
    if (this.settled) return false;
    this.settled = true;
    clearTimeout(this.timer);
    this.options.signal?.removeEventListener('abort', this.abort);
    this.onSettled(this, gaveUp);
    return true;
  }
}

/** A carrier lost the connection behind which the responder is. */
export class ResponderLostError extends BusError {
  constructor() {
    super('disconnected', 'the connection to the responder was lost');
  }
}

/** What a responder's error is to the requester: a refusal stays what it is, all else is the handler's failure. */
export function responderError(error: unknown): BusError {
  if (error instanceof ResponderLostError) return error;
  if (error instanceof BusError && (error.code === 'refused' || error.code === 'too-large')) return error;
  return new BusError('handler-failed', error instanceof Error ? error.message : String(error));
}
