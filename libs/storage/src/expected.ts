import { isShared } from '@gantry/apimachinery';

/** An object and the bytes that were made of it. */
interface Expected {
  readonly value: Uint8Array;
  readonly object: object;
}

/** Bytes that are waited for at most: many times what a few hundred clients write at once. */
const LIMIT_BYTES = 2 * 1024 * 1024;

/** Where an object says which of its fields somebody manages: a walk through half of it. */
const FIELDS = 'fieldsV1';

const expected = new Map<string, Expected>();
let bytes = 0;

/**
 * Bytes that this process is about to write under a key, and the object that it made them of. When they come back, committed, the object
 * need not be parsed from them: what is shown is still what came back, since nothing else has the same bytes. The object belongs to the
 * readers from here on: nobody changes it. Members that say nothing are taken off it. What is not what parsing the bytes would give is not waited
 * for; that is looked at here, where the object was just walked through: when its bytes come back, it has left the processor's caches.
 */
export function expectValue(key: string, value: Uint8Array, object: object): void {
  forget(key);
  if (!isAsParsed(object)) return;
  expected.set(key, { value, object });
  bytes += value.length;
  for (const oldest of expected.keys()) {
    if (bytes <= LIMIT_BYTES) return;
    forget(oldest);
  }
}

/** The object that was made into exactly these bytes, once; undefined where none is waited for. */
export function takeExpected(key: string, value: Uint8Array): object | undefined {
  const found = expected.get(key);
  if (found === undefined || found.value.length !== value.length || Buffer.compare(found.value, value) !== 0) return undefined;
  forget(key);
  return found.object;
}

function forget(key: string): void {
  const known = expected.get(key);
  if (known === undefined) return;
  bytes -= known.value.length;
  expected.delete(key);
}

/** Whether JSON loses nothing of a value and adds nothing to it. */
function isAsParsed(value: unknown): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true;
    case 'number':
      return isAsParsedNumber(value);
    case 'object':
      return value === null || (Array.isArray(value) ? isAsParsedArray(value) : isAsParsedObject(value));
    default:
      return false;
  }
}

/** Large integers are read as bigints, and there is one zero. */
function isAsParsedNumber(value: number): boolean {
  return Number.isFinite(value) && (Number.isSafeInteger(value) ? !Object.is(value, -0) : !Number.isInteger(value));
}

function isAsParsedArray(array: readonly unknown[]): boolean {
  for (let index = 0; index < array.length; index++) if (!isAsParsed(array[index])) return false;
  return true;
}

/** Deletes nothing on its way: V8 would give up its compiled code for that each time anew (a sixth of a create went there). */
function isAsParsedObject(object: object): boolean {
  if (Object.getPrototypeOf(object) !== Object.prototype) return false;
  const members = object as Record<string, unknown>;
  let saysNothing = false;
  for (const name in members) {
    const value = members[name];
    if (value === undefined) saysNothing = true;
    else if (typeof value !== 'string' && !(name === FIELDS && isShared(value)) && !isAsParsed(value)) return false;
  }
  if (saysNothing) dropVacant(members);
  return true;
}

/** Of a member without a value JSON has none. */
function dropVacant(members: Record<string, unknown>): void {
  for (const name of Object.keys(members)) if (members[name] === undefined) delete members[name];
}
