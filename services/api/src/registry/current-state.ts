import { failure, newNotFound } from '@gantry/apimachinery';
import { expectValue, StorageError } from '@gantry/storage';
import type { StoredValue, WriteOperation, WriteOutcome } from '@gantry/storage';
import type { WriteGuard } from '../admission/chain.js';
import { CachedObject } from '../watch-cache/cached-object.js';
import type { EncodedObject } from './encode.js';
import type { RegistryEnvironment } from './environment.js';
import { writeReserved } from './reservation.js';
import type { Reservation } from './reservation.js';
import type { ServedResource } from './served-resource.js';

/** A state that a write starts from. `fresh`: it was read from the storage after the request arrived; else it may be behind. */
export interface CurrentState {
  readonly object: CachedObject;
  readonly fresh: boolean;
}

/** What a write starts from: the cache when it has the object, else the storage. Compare-and-swap finds out when the cache was behind. */
export async function currentState(env: RegistryEnvironment, resource: ServedResource, key: string, signal?: AbortSignal): Promise<CurrentState | undefined> {
  const cached = resource.cache.get(key);
  return cached === undefined ? freshState(env, resource, key, signal) : { object: cached, fresh: false };
}

export async function freshState(env: RegistryEnvironment, resource: ServedResource, key: string, signal?: AbortSignal): Promise<CurrentState | undefined> {
  const { value } = await storageCall(() => env.storage.get(key, signal === undefined ? {} : { signal }));
  return value === undefined ? undefined : { object: opened(env, resource, value), fresh: true };
}

/** A value from the storage as an object of the cache, opened where the kind is sealed. */
export function opened(env: RegistryEnvironment, resource: ServedResource, value: StoredValue): CachedObject {
  const plain = resource.kind.encrypted === true ? env.seal.open(value.key, value) : value;
  return new CachedObject(resource.cache.form, value.key, value.revision, plain);
}

/** What is written or checked together with an object: its guards first, then its claims, then what it draws on. */
export interface Together {
  readonly guards?: readonly WriteGuard[];
  readonly claims?: readonly WriteOperation[];
  readonly reservation?: Reservation | undefined;
}

/**
 * Writes an object by compare-and-swap (0: the key must be free), sealed where its kind is, with the kind's time to live. A refusal by a
 * guard or a claim is of an operation behind the first.
 */
export function put(env: RegistryEnvironment, { kind }: ServedResource, key: string, expectedRevision: number, encoded: EncodedObject, { guards = [], claims = [], reservation }: Together = {}): Promise<WriteOutcome> {
  expectValue(key, encoded.value, encoded.object);
  const { value, spliceOffset, schemaHash } = kind.encrypted === true ? env.seal.seal(key, encoded) : encoded;
  const operation = { type: 'put', key, expectedRevision, value, spliceOffset, schemaHash } as const;
  const checks = guards.map((guard) => ({ type: 'check', key: guard.key, expectedRevision: guard.revision }) as const);
  const operations = [kind.ttlSeconds === undefined ? operation : { ...operation, ttlSeconds: kind.ttlSeconds }, ...checks, ...claims];
  return reservation === undefined ? write(env, operations) : writeReserved(reservation, operations, (all) => write(env, all));
}

/** Removes an object by compare-and-swap, and with it what it holds. A refusal by what it holds is of an operation behind the first. */
export async function remove(env: RegistryEnvironment, { kind }: ServedResource, { key, revision, object }: CachedObject): Promise<WriteOutcome> {
  const claimer = env.claimers.get(kind);
  const released = claimer === undefined ? [] : await claimer.release(object);
  return write(env, [{ type: 'delete', key, expectedRevision: revision }, ...released]);
}

function write(env: RegistryEnvironment, operations: readonly WriteOperation[]): Promise<WriteOutcome> {
  return storageCall(() => env.storage.write(operations));
}

export function notFound(resource: ServedResource, name: string): Error {
  return newNotFound(resource.groupResource, name);
}

/** Storage errors in the words of the API: nothing written is 503, an unknown outcome is 504 and never repeated here. */
export async function storageCall<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw error instanceof StorageError ? translated(error) : error;
  }
}

function translated(error: StorageError): Error {
  if (error.code === 'unavailable') return failure(503, 'ServiceUnavailable', error.message, { retryAfterSeconds: 1 });
  if (error.code === 'ambiguous') return failure(504, 'Timeout', `the outcome of the write is unknown: ${error.message}`);
  return error;
}
