import { onAbort } from '@gantry/async';
import type { Bus } from '@gantry/bus';
import type { Storage, StorageAnswer, StorageRequest, WriteOutcome } from '@gantry/storage';
import { validateWrite } from '@gantry/storage';
import { fromAnswer, fromBusError } from './errors.js';
import type { Call } from './exchange.js';
import { exchange, fetchKept, sendAlone } from './exchange.js';
import { LeaderTerms } from './leader-terms.js';
import { repeated } from './repeated.js';

const READ = 'store.read';
const WRITE = 'store.write';

/** The store, reached over the bus. What one turn of the loop asks for leaves as one message. */
export function createRemoteStorage(bus: Bus): Storage {
  return new RemoteStorage(bus);
}

class RemoteStorage implements Storage {
  private readonly waiting: Record<typeof READ | typeof WRITE, Call[]> = { [READ]: [], [WRITE]: [] };
  private readonly terms: LeaderTerms;
  private scheduled = false;

  constructor(private readonly bus: Bus) {
    this.terms = new LeaderTerms(bus);
  }

  async write(operations: Parameters<Storage['write']>[0], options?: { signal?: AbortSignal }): Promise<WriteOutcome> {
    validateWrite(operations);
    const answer = await this.call(WRITE, { verb: 'write', operations }, options?.signal);
    if (answer.verb !== 'too-large') return answer.outcome;
    const kept = answer.ticket === undefined ? undefined : await fetchKept(this.bus, WRITE, answer.ticket, options?.signal);
    return kept?.verb === 'write' ? kept.outcome : this.readRefusal(operations);
  }

  async get(key: string, options?: { revision?: number; signal?: AbortSignal }): ReturnType<Storage['get']> {
    const { revision, value } = await this.read({ verb: 'get', key, revision: options?.revision }, options?.signal);
    return { revision, value };
  }

  async list(prefix: string, options: Parameters<Storage['list']>[1] = {}): ReturnType<Storage['list']> {
    const { signal, ...rest } = options;
    return (await this.read({ verb: 'list', prefix, ...rest }, signal)).page;
  }

  async history(after: number, options?: { limit?: number; signal?: AbortSignal }): ReturnType<Storage['history']> {
    return (await this.read({ verb: 'history', after, limit: options?.limit }, options?.signal)).page;
  }

  async currentRevision(options?: { signal?: AbortSignal }): Promise<number> {
    return (await this.read({ verb: 'currentRevision' }, options?.signal)).revision;
  }

  private read<R extends StorageRequest>(request: R, signal?: AbortSignal): Promise<StorageAnswer & { verb: R['verb'] }> {
    return repeated((own) => this.readInTerm(request, own), signal);
  }

  /** Asked again where another leader followed meanwhile: the store that was asked may be the one that died. */
  private async readInTerm<R extends StorageRequest>(request: R, signal: AbortSignal): Promise<StorageAnswer & { verb: R['verb'] }> {
    const term = this.terms.signal;
    try {
      return await this.readOnce(request, signal);
    } catch (error) {
      if (!term.aborted || signal.aborted) throw error;
      return this.readOnce(request, signal);
    }
  }

  private async readOnce<R extends StorageRequest>(request: R, signal: AbortSignal): Promise<StorageAnswer & { verb: R['verb'] }> {
    const answer = await this.call(READ, request, signal);
    if (answer.verb !== 'too-large') return answer as StorageAnswer & { verb: R['verb'] };
    const { ticket } = answer as { ticket?: string };
    const kept = ticket === undefined ? undefined : await fetchKept(this.bus, READ, ticket, signal);
    if (kept !== undefined) return this.checked(request, kept, false) as StorageAnswer & { verb: R['verb'] };
    const [whole] = await sendAlone(this.bus, READ, request, signal).catch((error: unknown) => {
      throw fromBusError(error, false);
    });
    return this.checked(request, whole, false) as StorageAnswer & { verb: R['verb'] };
  }

  private async call<R extends StorageRequest>(subject: typeof READ | typeof WRITE, request: R, signal?: AbortSignal): Promise<(StorageAnswer & { verb: R['verb'] }) | { verb: 'too-large'; ticket?: string }> {
    signal?.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<StorageAnswer>();
    const release = onAbort(signal, reject);
    this.waiting[subject].push({ request, resolve, reject: (error) => reject(fromBusError(error, subject === WRITE)) });
    this.schedule();
    try {
      return this.checked(request, await promise, true);
    } finally {
      release();
    }
  }

  /** Sends at the end of this turn, when all that the turn's events asked for is there. */
  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      exchange(this.bus, WRITE, this.waiting[WRITE].splice(0), this.terms.signal);
      exchange(this.bus, READ, this.waiting[READ].splice(0), this.terms.signal);
    });
  }

  private checked<R extends StorageRequest>(request: R, answer: StorageAnswer | undefined, mayBeTooLarge: boolean): (StorageAnswer & { verb: R['verb'] }) | { verb: 'too-large'; ticket?: string } {
    if (answer?.verb === 'error') throw fromAnswer(answer);
    if (answer?.verb === request.verb || (answer?.verb === 'too-large' && mayBeTooLarge)) return answer as (StorageAnswer & { verb: R['verb'] }) | { verb: 'too-large'; ticket?: string };
    throw fromBusError(new Error(`an answer to ${answer?.verb ?? 'nothing'} came for ${request.verb}`), request.verb === 'write');
  }

  /**
   * Only a refusal can be too large for a message, since it shows an object. Nothing was written, so asking again which
   * operation is refused is safe; the object is then read as large as it is.
   */
  private async readRefusal(operations: Parameters<Storage['write']>[0]): Promise<WriteOutcome> {
    for (const [failedOperation, { key, expectedRevision }] of operations.entries()) {
      const { value } = await this.get(key);
      if ((value?.revision ?? 0) !== expectedRevision) return { ok: false, failedOperation, current: value };
    }
    return this.write(operations);
  }
}
