import type { ResourceObject } from '@gantry/resources';
import { spliceResourceVersion } from '@gantry/storage';
import type { EncodedValue } from '@gantry/storage';

/** How a resource's stored bytes become what is served. */
export interface StoredForm {
  /** Bytes with this hash are served as they are; others are decoded, defaulted and encoded again. */
  readonly schemaHash: string;
  readonly decode: (value: Uint8Array) => ResourceObject;
  readonly defaults: (object: ResourceObject) => void;
}

/**
 * One object at one revision: the bytes that `store` has, and everything made from them, each made at most once and only when asked for.
 * Immutable to its readers: the parsed object is shared and never changed.
 */
export class CachedObject {
  #json: Uint8Array | undefined;
  #object: ResourceObject | undefined;
  #forms: Map<string, Uint8Array> | undefined;

  constructor(
    readonly form: StoredForm,
    readonly key: string,
    /** The object's resourceVersion: for a deleted object, the revision of its deletion. */
    readonly revision: number,
    readonly stored: EncodedValue,
  ) {}

  /** The JSON that is served, with its resourceVersion. */
  get json(): Uint8Array {
    return (this.#json ??= this.#encoded());
  }

  get object(): ResourceObject {
    return (this.#object ??= this.#parsed());
  }

  get name(): string {
    return this.key.slice(this.key.lastIndexOf('/') + 1);
  }

  /** Another representation (a version, protobuf, metadata only) under its own name. */
  derived(form: string, make: (object: CachedObject) => Uint8Array): Uint8Array {
    this.#forms ??= new Map();
    let bytes = this.#forms.get(form);
    if (bytes === undefined) this.#forms.set(form, (bytes = make(this)));
    return bytes;
  }

  /** The same state under another revision: what a watch says of an object that was deleted or left its selector. */
  at(revision: number): CachedObject {
    return new CachedObject(this.form, this.key, revision, this.stored);
  }

  #encoded(): Uint8Array {
    const { value, spliceOffset, schemaHash } = this.stored;
    if (schemaHash !== this.form.schemaHash) return Buffer.from(JSON.stringify(this.object));
    return spliceResourceVersion({ value, spliceOffset, revision: this.revision });
  }

  #parsed(): ResourceObject {
    const object = this.form.decode(this.stored.value);
    if (this.stored.schemaHash !== this.form.schemaHash) this.form.defaults(object);
    object.metadata.resourceVersion = String(this.revision);
    return object;
  }
}
