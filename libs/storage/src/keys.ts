/** The parts of a storage key. `group` is `core` for the core group; `namespace` is undefined for a cluster-scoped object. */
export interface KeyParts {
  readonly group: string;
  readonly resource: string;
  readonly namespace?: string;
  readonly name: string;
}

const CLUSTER_SCOPE = '_';
/** Bytes; well under the 2,700 that an index row of Postgres can hold. */
const LONGEST_KEY = 1024;
const FORBIDDEN = /[\u0000-\u001f\u007f]/;

/** The key `<group>/<resource>/<namespace|_>/<name>` of an object. Throws a RangeError on parts that cannot be one. */
export function keyOf(parts: KeyParts): string {
  const key = `${parts.group || 'core'}/${parts.resource}/${parts.namespace || CLUSTER_SCOPE}/${parts.name}`;
  validateKey(key);
  return key;
}

/** The opposite of `keyOf`; throws a RangeError on what is no key. */
export function parseKey(key: string): KeyParts {
  const [group, resource, namespace, name, ...rest] = key.split('/');
  if (!group || !resource || !namespace || !name || rest.length > 0) throw new RangeError(`not a storage key: ${JSON.stringify(key)}`);
  return namespace === CLUSTER_SCOPE ? { group, resource, name } : { group, resource, namespace, name };
}

/** `<group>/<resource>` of a key: what `previousKind` counts by. */
export function resourceTypeOf(key: string): string {
  return key.slice(0, key.indexOf('/', key.indexOf('/') + 1));
}

/** The prefix of all keys of a resource, or of those in one namespace. */
export function prefixOf(parts: { readonly group: string; readonly resource: string; readonly namespace?: string }): string {
  const type = `${parts.group || 'core'}/${parts.resource}/`;
  return parts.namespace ? `${type}${parts.namespace}/` : type;
}

/** Throws a RangeError unless `key` has four parts, no control characters, no lone surrogates and at most 1,024 bytes. */
export function validateKey(key: string): void {
  if (isPlainKey(key)) return;
  parseKey(key);
  if (FORBIDDEN.test(key) || !key.isWellFormed()) throw new RangeError(`a storage key with characters that cannot be stored: ${JSON.stringify(key)}`);
  if (Buffer.byteLength(key) > LONGEST_KEY) throw new RangeError(`a storage key of more than ${LONGEST_KEY} bytes`);
}

const SLASH = 0x2f;
const SLASHES = 3;

/** What nearly every key is: four parts of printable ASCII, and short. False says nothing. */
function isPlainKey(key: string): boolean {
  if (key.length > LONGEST_KEY) return false;
  let slashes = 0;
  let previous = SLASH;
  for (let at = 0; at < key.length; at++) {
    const code = key.charCodeAt(at);
    if (code < 0x20 || code > 0x7e) return false;
    if (code === SLASH) {
      if (previous === SLASH) return false;
      slashes += 1;
    }
    previous = code;
  }
  return slashes === SLASHES && previous !== SLASH;
}

/** Throws a RangeError unless `prefix` ends in `/`. */
export function validatePrefix(prefix: string): void {
  if (!prefix.endsWith('/') || FORBIDDEN.test(prefix) || !prefix.isWellFormed()) throw new RangeError(`not a prefix of storage keys: ${JSON.stringify(prefix)}`);
}

/**
 * Orders keys by their UTF-8 bytes, as Postgres' "C" collation does. UTF-16 order differs only where a surrogate pair meets
 * a code unit above the surrogates.
 */
export function compareKeys(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let i = 0; i < length; i++) {
    const a = left.charCodeAt(i);
    const b = right.charCodeAt(i);
    if (a !== b) return byteRank(a) - byteRank(b);
  }
  return left.length - right.length;
}

/** Code units above the surrogates sort below them, since a surrogate stands for a code point above all of them. */
function byteRank(unit: number): number {
  if (unit >= 0xe000) return unit - 0x800;
  return unit >= 0xd800 ? unit + 0x2000 : unit;
}
