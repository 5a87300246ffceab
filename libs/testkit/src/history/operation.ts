/** What a client may ask of one object. `read` is a consistent one: it promises to see everything that was answered before it began. */
export type OperationKind = 'create' | 'update' | 'patch' | 'delete' | 'read';

/**
 * `ok`: it was done. `refused`: it was not, because of the state that was met. `failed`: it was not done, which says nothing of the
 * state. `ambiguous`: there was no answer, or one that leaves it open: it may be done, also later.
 */
export type OutcomeKind = 'ok' | 'refused' | 'failed' | 'ambiguous';

/** What a refusal says of the state that was met: it was there, it was not, or it was another one than `expected`. */
export type Met = 'existing' | 'absent' | 'other';

/** One request and what became of it. Times are of one clock that never goes back; an ambiguous one is completed at Infinity. */
export interface Operation {
  /** Unique. A write leaves it in the object. */
  readonly id: string;
  readonly client: string;
  readonly key: string;
  readonly kind: OperationKind;
  /** The revision that the key must have; absent: any. */
  readonly expected?: number;
  /** Of a delete: the object that it was to remove, or did. */
  readonly uid?: string;
  readonly invoked: number;
  readonly completed: number;
  readonly outcome: OutcomeKind;
  /** The revision that was written, or that was seen; 0 when a read saw nothing. Of a delete it may be unknown. */
  readonly revision?: number;
  readonly met?: Met;
  /** What the answer said, for people. */
  readonly said?: string;
}

/** One line of evidence. */
export function describeOperation(operation: Operation): string {
  const { id, client, kind, key, expected, invoked, completed, outcome, revision, met, said } = operation;
  const guard = expected === undefined ? '' : ` if at ${expected}`;
  const result = revision === undefined ? (met ?? '') : `revision ${revision}`;
  return `${invoked.toFixed(1)}..${completed.toFixed(1)} ms ${client} ${kind} ${key}${guard} [${id}]: ${outcome} ${result}`.trimEnd() + (said === undefined ? '' : ` (${said})`);
}
