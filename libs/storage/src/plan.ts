import { validateKey } from './keys.js';
import type { ChangeType, DeleteOperation, PutOperation, WriteOperation } from './storage.js';

/** What deciding a write must know of the present state. */
export interface PlanView {
  /** The revision of a key, 0 when it does not exist. */
  revisionOf(key: string): number;
  /** True when the put would store exactly the bytes and schema that are there. */
  isUnchanged(put: PutOperation): boolean;
}

/** One operation that takes a revision. */
export interface PlannedChange {
  readonly index: number;
  readonly operation: PutOperation | DeleteOperation;
  readonly type: ChangeType;
  /** The revision that the key has before it, 0 for none. */
  readonly previousObject: number;
}

/** `unchanged` revisions stand at the places of checks and of puts that write nothing; 0 stands at those of the changes. */
export type WritePlan =
  | { readonly ok: true; readonly changes: readonly PlannedChange[]; readonly unchanged: readonly number[] }
  | { readonly ok: false; readonly failedOperation: number };

/** Compare-and-swap, decided without I/O: which operations of a write take a revision, or which one refuses it. */
export function planWrite(operations: readonly WriteOperation[], view: PlanView): WritePlan {
  const changes: PlannedChange[] = [];
  const unchanged: number[] = [];
  for (const [index, operation] of operations.entries()) {
    const previousObject = view.revisionOf(operation.key);
    if (previousObject !== operation.expectedRevision) return { ok: false, failedOperation: index };
    if (operation.type === 'check' || (operation.type === 'put' && previousObject > 0 && view.isUnchanged(operation))) {
      unchanged.push(previousObject);
    } else {
      unchanged.push(0);
      changes.push({ index, operation, type: changeOf(operation, previousObject), previousObject });
    }
  }
  return { ok: true, changes, unchanged };
}

function changeOf(operation: PutOperation | DeleteOperation, previousObject: number): ChangeType {
  if (operation.type === 'delete') return 'DELETED';
  return previousObject === 0 ? 'ADDED' : 'MODIFIED';
}

/** Bytes of all values of one write, which is never split: what the database takes in one statement without trouble. */
const LARGEST_WRITE = 32 * 1024 * 1024;
const MOST_OPERATIONS = 10_000;

/** Throws a RangeError on a write that no implementation may accept: invalid keys, one key twice, a delete of what shall not exist, more than one commit can hold. */
export function validateWrite(operations: readonly WriteOperation[]): void {
  if (operations.length > MOST_OPERATIONS) throw new RangeError(`a write of ${operations.length} operations is too large: ${MOST_OPERATIONS} are the most`);
  let bytes = 0;
  for (const operation of operations) {
    validateKey(operation.key);
    if (!Number.isSafeInteger(operation.expectedRevision) || operation.expectedRevision < 0) throw new RangeError(`expectedRevision ${operation.expectedRevision} is no revision`);
    if (operation.type === 'put') bytes += operation.value.length;
    if (operation.type === 'delete' && operation.expectedRevision === 0) throw new RangeError(`a delete of ${operation.key} must expect a revision`);
  }
  if (bytes > LARGEST_WRITE) throw new RangeError(`a write of ${bytes} bytes is too large: ${LARGEST_WRITE} are the most`);
  if (operations.length > 1 && new Set(operations.map(({ key }) => key)).size < operations.length) throw new RangeError('a write may name a key once');
}
