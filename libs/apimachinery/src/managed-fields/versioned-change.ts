import { compare } from './compare.js';
import type { Comparison } from './compare.js';
import type { FieldPath, FieldSet } from './field-set.js';
import { restricted } from './restricted.js';
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
  /** The only fields that the request can change, and all under them; `*` stands for every element. Absent: all that are not ignored. */
  readonly only?: readonly FieldPath[];
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
    const comparison = compare(type, seen(before), seen(after), versions.ignored);
    if (versions.only === undefined) return comparison;
    return { changed: changeable(comparison.changed, versions), removed: changeable(comparison.removed, versions) };
  }
}

/** Of a set what the request can change. */
export function changeable(set: FieldSet, { only }: Pick<FieldVersions, 'only'>): FieldSet {
  return only === undefined ? set : restricted(set, only);
}
