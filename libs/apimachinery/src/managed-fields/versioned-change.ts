import { compare } from './compare.js';
import type { Comparison } from './compare.js';
import type { FieldSet } from './field-set.js';
import type { ValueType } from './value-type.js';

/** An object of a kind, as parsed. */
export type VersionedObject = Readonly<Record<string, unknown>>;

/** The versions in which a kind's objects can be seen. */
export interface FieldVersions {
  /** The version of the request, and of all objects that come with it. */
  readonly apiVersion: string;
  /** undefined for a version that is not served. */
  readonly typeOf: (apiVersion: string) => ValueType | undefined;
  /** The object in another served version. */
  readonly convert: (object: VersionedObject, apiVersion: string) => VersionedObject;
  /** What the request cannot change. */
  readonly ignored: FieldSet;
}

/** One change of an object, looked at in each version in which somebody manages fields. */
export class VersionedChange {
  readonly #comparisons = new Map<string, Comparison | undefined>();

  constructor(private readonly versions: FieldVersions, private readonly before: VersionedObject, private readonly after: VersionedObject) {}

  /** Without what the request cannot change; undefined for a version that is not served. */
  in(apiVersion: string): Comparison | undefined {
    if (!this.#comparisons.has(apiVersion)) this.#comparisons.set(apiVersion, this.#compared(apiVersion));
    return this.#comparisons.get(apiVersion);
  }

  #compared(apiVersion: string): Comparison | undefined {
    const { versions, before, after } = this;
    const type = versions.typeOf(apiVersion);
    if (type === undefined) return undefined;
    const seen = (object: VersionedObject): VersionedObject => (apiVersion === versions.apiVersion ? object : versions.convert(object, apiVersion));
    return compare(type, seen(before), seen(after), versions.ignored);
  }
}
