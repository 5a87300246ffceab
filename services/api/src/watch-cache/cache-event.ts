import type { ChangeType } from '@gantry/storage';
import type { CachedObject } from './cached-object.js';
import type { FormHolder } from './forms-budget.js';

/** What a watcher is told: the event's type, and the object in the state that belongs to it. */
export interface Notice {
  readonly type: ChangeType;
  readonly object: CachedObject;
}

/** One committed revision of one resource, with what it replaced. */
export class CacheEvent implements FormHolder {
  #departed: CachedObject | undefined;
  #frames: Map<string, Uint8Array> | undefined;
  #isBounded = false;

  constructor(
    readonly type: ChangeType,
    /** The state that the revision wrote; of a delete, the last state under the deletion's revision. */
    readonly object: CachedObject,
    /** The state before; undefined for a new object. */
    readonly previous: CachedObject | undefined,
  ) {}

  get revision(): number {
    return this.object.revision;
  }

  /** What a watcher with a selector sees: objects that enter it are added, objects that leave it deleted, in the state in which they were last seen. */
  noticeFor(matches: (object: CachedObject) => boolean): Notice | undefined {
    const now = this.type !== 'DELETED' && matches(this.object);
    const before = this.previous !== undefined && matches(this.previous);
    if (now) return { type: before ? 'MODIFIED' : 'ADDED', object: this.object };
    if (!before) return undefined;
    if (this.type === 'DELETED') return { type: 'DELETED', object: this.object };
    return { type: 'DELETED', object: (this.#departed ??= this.previous.at(this.revision)) };
  }

  /** The bytes of a notice in one representation, made once however many watchers share it, until they are forgotten. */
  frame(notice: Notice, representation: string, make: (notice: Notice) => Uint8Array): Uint8Array {
    const name = notice.type + representation;
    this.#frames ??= new Map();
    let bytes = this.#frames.get(name);
    if (bytes === undefined) this.#frames.set(name, (bytes = make(notice)));
    return bytes;
  }
  /** Frames that were made when the event was told to all are of no use afterwards; those that are made later are kept within the budget. */
  boundFrames(): void {
    if (this.#frames === undefined || this.#isBounded) return;
    this.#isBounded = true;
    this.object.form.budget.admit(this);
  }

  get formBytes(): number {
    return this.object.formBytes;
  }

  forget(): void {
    this.#frames = undefined;
    this.#isBounded = false;
  }
}
