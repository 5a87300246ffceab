import type { ResourceObject } from '@gantry/resources';
import { parsedValue, spliceResourceVersion } from '@gantry/storage';
import type { EncodedValue } from '@gantry/storage';
import type { FormHolder, FormsBudget } from './forms-budget.js';

/** How a resource's stored bytes become what is served. */
export interface StoredForm {
  /** Bytes with this hash are served as they are; others are decoded, defaulted and encoded again. */
  readonly schemaHash: string;
  readonly decode: (value: Uint8Array) => ResourceObject;
  readonly defaults: (object: ResourceObject) => void;
  /** Bounds the forms that are kept. */
  readonly budget: FormsBudget;
}

/** The revision of an object that a dry run made: it has no resourceVersion. */
export const NOT_STORED = 0;

/**
 * One object at one revision: the bytes that `store` has, and everything made from them, each made when it is first asked for and kept
 * within the budget. Immutable to its readers: the parsed object is shared and never changed.
 */
export class CachedObject implements FormHolder {
  #json: Uint8Array | undefined;
  #object: ResourceObject | undefined;
  #derived: Map<string, Uint8Array> | undefined;
  #isCounted = false;

  constructor(
    readonly form: StoredForm,
    readonly key: string,
    /** The object's resourceVersion: for a deleted object, the revision of its deletion. */
    readonly revision: number,
    readonly stored: EncodedValue,
  ) {}

  /** The JSON that is served, with its resourceVersion: a new copy each time where the stored bytes can be served, since keeping one costs more. */
  get json(): Uint8Array {
    const { value, spliceOffset, schemaHash } = this.stored;
    if (this.revision === NOT_STORED) return value;
    if (schemaHash === this.form.schemaHash) return spliceResourceVersion({ value, spliceOffset, revision: this.revision });
    if (this.#json === undefined) this.#count();
    return (this.#json ??= Buffer.from(JSON.stringify(this.object)));
  }

  get object(): ResourceObject {
    if (this.#object === undefined) this.#count();
    return (this.#object ??= this.#parsed());
  }

  /** Another representation (a version, protobuf, metadata only) under its own name. */
  derived(name: string, make: (object: CachedObject) => Uint8Array): Uint8Array {
    this.#count();
    this.#derived ??= new Map();
    let bytes = this.#derived.get(name);
    if (bytes === undefined) this.#derived.set(name, (bytes = make(this)));
    return bytes;
  }

  /** The same state under another revision: what a watch says of an object that was deleted or left its selector. */
  at(revision: number): CachedObject {
    return new CachedObject(this.form, this.key, revision, this.stored);
  }

  get formBytes(): number {
    return this.stored.value.length;
  }

  forget(): void {
    this.#json = undefined;
    this.#object = undefined;
    this.#derived = undefined;
    this.#isCounted = false;
  }

  #count(): void {
    if (this.#isCounted) return;
    this.#isCounted = true;
    this.form.budget.admit(this);
  }

  #parsed(): ResourceObject {
    const { value, schemaHash } = this.stored;
    if (this.revision === NOT_STORED) return this.form.decode(value);
    if (schemaHash === this.form.schemaHash) return parsedValue<ResourceObject>({ key: this.key, value, revision: this.revision });
    const object = this.form.decode(value);
    this.form.defaults(object);
    object.metadata.resourceVersion = String(this.revision);
    return object;
  }
}
