import { parseObject } from '@gantry/apimachinery';
import { takeExpected } from './expected.js';
import type { StoredValue } from './storage.js';

interface Parsed {
  readonly metadata: { resourceVersion?: string };
}

/** The object of each value's bytes, for as long as somebody holds the bytes. */
const parsed = new WeakMap<Uint8Array, Parsed>();

/**
 * The object of a value, with its resourceVersion. All who ask with the same bytes, the watch cache and the informers of one
 * process among them, share one: it is parsed, and held, once. It must not be changed.
 */
export function parsedValue<T extends object>({ key, value, revision }: Pick<StoredValue, 'key' | 'value' | 'revision'>): T {
  const resourceVersion = String(revision);
  const known = parsed.get(value);
  if (known?.metadata.resourceVersion === resourceVersion) return known as T;
  // The same state may be shown under another revision, as that of a deletion; the first one is the one that all share.
  if (known !== undefined) return { ...known, metadata: { ...known.metadata, resourceVersion } } as T;
  const object = (takeExpected(key, value) ?? parseObject(Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('utf8'))) as Parsed;
  object.metadata.resourceVersion = resourceVersion;
  parsed.set(value, object);
  return object as T;
}
