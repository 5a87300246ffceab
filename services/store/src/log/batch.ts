import type { LogEntry, PlanView, PlannedChange, PutOperation, StoredValue, WriteOperation, WriteOutcome } from '@gantry/storage';
import { planWrite, resourceTypeOf } from '@gantry/storage';
import type { Append, Pointer } from '../postgres/sql/append.js';
import type { KeyState, LogState } from './state.js';
import { digestOf } from './state.js';

/** A write that waits for its outcome. */
export interface PendingWrite {
  readonly operations: readonly WriteOperation[];
  readonly resolve: (outcome: WriteOutcome) => void;
  readonly reject: (error: Error) => void;
}

type Decision = { readonly write: PendingWrite } & ({ readonly revisions: readonly number[] } | { readonly failedOperation: number; readonly revision: number });

/** A log entry whose value is missing when it is a delete of something older than the batch. */
type Draft = Omit<LogEntry, 'value' | 'spliceOffset' | 'schemaHash'> & { state: StoredValue | PutOperation | undefined };

/**
 * The writes of one commit, decided one after the other on top of the state before it. Until `applyTo` nothing outside
 * has changed, so a commit that fails is undone by dropping the batch.
 */
export class Batch implements PlanView {
  private readonly drafts: Draft[] = [];
  private readonly decisions: Decision[] = [];
  /** Keys that the batch changes; undefined: it deletes them. */
  private readonly changed = new Map<string, KeyState | undefined>();
  private readonly resourceTypes = new Map<string, number>();
  private readonly digests = new Map<PutOperation, string>();

  constructor(
    private readonly state: LogState,
    private readonly epoch: number,
    /** The lease clock. */
    private readonly now: number,
  ) {}

  get rows(): number {
    return this.drafts.length;
  }

  private get revision(): number {
    return this.state.revision + this.drafts.length;
  }

  revisionOf(key: string): number {
    return this.keyState(key)?.revision ?? 0;
  }

  isUnchanged(put: PutOperation): boolean {
    return this.keyState(put.key)?.digest === this.digest(put);
  }

  /** Decides a write and takes its changes in. */
  add(write: PendingWrite): void {
    const plan = planWrite(write.operations, this);
    if (!plan.ok) {
      const key = write.operations[plan.failedOperation]?.key ?? '';
      this.decisions.push({ write, failedOperation: plan.failedOperation, revision: this.revisionOf(key) });
      return;
    }
    const revisions = [...plan.unchanged];
    for (const change of plan.changes) revisions[change.index] = this.append(change, change === plan.changes.at(-1));
    this.decisions.push({ write, revisions });
  }

  /** Revisions below the batch whose values it needs: the last states of what it deletes and those that refusals show. */
  neededRevisions(): number[] {
    const deleted = this.drafts.filter((draft) => draft.state === undefined).map((draft) => draft.previousObject);
    const shown = this.decisions.map((decision) => ('failedOperation' in decision ? decision.revision : 0));
    return [...deleted, ...shown].filter((revision) => revision > 0 && revision <= this.state.revision);
  }

  /** The commit's content; `values` holds what `neededRevisions` asked for. */
  complete(values: ReadonlyMap<number, StoredValue>): Append {
    for (const draft of this.drafts) draft.state ??= this.valueAt(draft.previousObject, values);
    const pointers: Pointer[] = [];
    const removedKeys: string[] = [];
    for (const [key, state] of this.changed) {
      if (state) pointers.push({ key, ...state });
      else removedKeys.push(key);
    }
    return { epoch: this.epoch, base: this.state.revision, revision: this.revision, leaseClock: this.now, entries: this.drafts.map(entryOf), pointers, removedKeys, resourceTypes: this.resourceTypes };
  }

  /** The answers to the writes, to be given once the batch is committed; only after `complete` and before `applyTo`. */
  outcomes(values: ReadonlyMap<number, StoredValue>): { write: PendingWrite; outcome: WriteOutcome }[] {
    return this.decisions.map((decision) => {
      if ('revisions' in decision) return { write: decision.write, outcome: { ok: true, revisions: decision.revisions } };
      const { write, failedOperation, revision } = decision;
      return { write, outcome: { ok: false, failedOperation, current: revision === 0 ? undefined : this.valueAt(revision, values) } };
    });
  }

  /** Makes the batch's result the state. */
  applyTo(state: LogState): void {
    const { revision } = this;
    for (const [key, keyState] of this.changed) {
      if (keyState) state.set(key, keyState);
      else state.delete(key);
    }
    for (const [type, last] of this.resourceTypes) state.resourceTypes.set(type, last);
    state.revision = revision;
  }

  private keyState(key: string): KeyState | undefined {
    return this.changed.has(key) ? this.changed.get(key) : this.state.keys.get(key);
  }

  private digest(put: PutOperation): string {
    const known = this.digests.get(put);
    if (known !== undefined) return known;
    const digest = digestOf(put);
    this.digests.set(put, digest);
    return digest;
  }

  private append({ operation, type, previousObject }: PlannedChange, transactionLast: boolean): number {
    const { key } = operation;
    const revision = this.revision + 1;
    const resourceType = resourceTypeOf(key);
    const previousKind = this.resourceTypes.get(resourceType) ?? this.state.resourceTypes.get(resourceType) ?? 0;
    const state = operation.type === 'put' ? operation : undefined;
    this.drafts.push({ key, revision, type, epoch: this.epoch, previousKind, previousObject, transactionLast, state });
    this.resourceTypes.set(resourceType, revision);
    this.changed.set(key, operation.type === 'put' ? this.keyStateOf(operation, revision) : undefined);
    return revision;
  }

  private keyStateOf(put: PutOperation, revision: number): KeyState {
    return { revision, digest: this.digest(put), expiresAt: put.ttlSeconds === undefined ? 0 : this.now + put.ttlSeconds * 1000 };
  }

  /** The value that a revision of this batch, or one that was read, has written. */
  private valueAt(revision: number, values: ReadonlyMap<number, StoredValue>): StoredValue {
    const draft = this.drafts[revision - this.state.revision - 1];
    if (draft?.state) return { key: draft.key, revision, value: draft.state.value, spliceOffset: draft.state.spliceOffset, schemaHash: draft.state.schemaHash };
    const value = values.get(revision);
    if (!value) throw new Error(`the log has lost revision ${revision}, which is a current state`);
    return value;
  }
}

function entryOf({ state, ...entry }: Draft): LogEntry {
  if (!state) throw new Error(`revision ${entry.revision} has no value`);
  return { ...entry, value: state.value, spliceOffset: state.spliceOffset, schemaHash: state.schemaHash };
}
