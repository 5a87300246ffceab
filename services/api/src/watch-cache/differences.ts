import { compareKeys } from '@gantry/storage';
import type { StoredValue } from '@gantry/storage';
import type { CachedObject } from './cached-object.js';

/** A key that a cache has otherwise than the storage at the same revision. Revisions are undefined where there is no object. */
export interface Difference {
  readonly key: string;
  readonly cached: number | undefined;
  readonly stored: number | undefined;
}

/** A stretch of keys in order, as both sides have it. */
interface Stretch {
  readonly cached: readonly CachedObject[];
  /** Undefined at the place of a value that cannot be opened: nothing is said of its key. */
  readonly stored: readonly (StoredValue | undefined)[];
  readonly unopened: ReadonlySet<string>;
  /** The last key that both sides have looked at; undefined: they have reached the end. */
  readonly last: string | undefined;
}

/** Everything up to the last key that differs in any byte of what is served. */
export function differences({ cached, stored, unopened, last }: Stretch): Difference[] {
  const isWithin = (key: string): boolean => !unopened.has(key) && (last === undefined || compareKeys(key, last) <= 0);
  const wanted = new Map<string, StoredValue>();
  for (const value of stored) if (value !== undefined && isWithin(value.key)) wanted.set(value.key, value);
  const found: Difference[] = [];
  for (const object of cached) {
    if (!isWithin(object.key)) continue;
    const value = wanted.get(object.key);
    wanted.delete(object.key);
    if (value === undefined || !isSame(object, value)) found.push({ key: object.key, cached: object.revision, stored: value?.revision });
  }
  for (const { key, revision } of wanted.values()) found.push({ key, cached: undefined, stored: revision });
  return found;
}

function isSame({ revision, stored }: CachedObject, value: StoredValue): boolean {
  if (revision !== value.revision || stored.spliceOffset !== value.spliceOffset || stored.schemaHash !== value.schemaHash) return false;
  return stored.value === value.value || Buffer.compare(stored.value, value.value) === 0;
}
