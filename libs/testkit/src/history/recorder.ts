import type { Met, Operation, OperationKind } from './operation.js';

/** What is known of an operation when it begins. */
export interface Invocation {
  readonly client: string;
  readonly key: string;
  readonly kind: OperationKind;
  readonly expected?: number;
  readonly uid?: string;
}

/** What its end tells. */
export interface Completion {
  readonly revision?: number;
  readonly met?: Met;
  readonly uid?: string;
}

/** An operation that is under way; exactly one of these is called, once. */
export interface Invoked {
  readonly id: string;
  ok(completion?: Completion): void;
  /** `said`: by the answer, for people. */
  refused(met: Met, said?: string): void;
  failed(said?: string): void;
  ambiguous(): void;
}

/** Writes down what clients asked and what they were told, in the order in which it ended. */
export class Recorder {
  readonly operations: Operation[] = [];
  readonly #open = new Set<() => void>();
  #count = 0;
  #acknowledgedWrites = 0;

  /** `prefix` keeps the ids of several recorders apart. */
  constructor(
    private readonly prefix = 'op',
    private readonly now: () => number = () => performance.now(),
  ) {}

  get acknowledgedWrites(): number {
    return this.#acknowledgedWrites;
  }

  invoke(invocation: Invocation): Invoked {
    const id = `${this.prefix}-${(this.#count += 1)}`;
    const invoked = this.now();
    const end = (rest: Omit<Operation, keyof Invocation | 'id' | 'invoked' | 'completed'> & Completion, completed = this.now()): void => {
      if (!this.#open.delete(ambiguous)) throw new Error(`${id} has ended before`);
      this.operations.push({ ...invocation, id, invoked, completed, ...rest });
      if (rest.outcome === 'ok' && invocation.kind !== 'read') this.#acknowledgedWrites += 1;
    };
    const ambiguous = (): void => end({ outcome: 'ambiguous' }, Infinity);
    this.#open.add(ambiguous);
    return { id, ambiguous, ok: (completion = {}) => end({ outcome: 'ok', ...completion }), refused: (met, said) => end({ outcome: 'refused', met, ...(said === undefined ? {} : { said }) }), failed: (said) => end({ outcome: 'failed', ...(said === undefined ? {} : { said }) }) };
  }

  /** Whatever is still under way is ambiguous. */
  close(): void {
    for (const ambiguous of [...this.#open]) ambiguous();
  }
}
