import { hash } from 'node:crypto';
import type { EncodedValue } from '@gantry/storage';
import type { Runner } from '../postgres/connection.js';
import { loadPointers, loadResourceTypes } from '../postgres/sql/load.js';
import type { Pointer } from '../postgres/sql/append.js';

/** What the leader knows of a key without its bytes. */
export interface KeyState {
  readonly revision: number;
  readonly digest: string;
  /** On the lease clock, 0 for never. */
  readonly expiresAt: number;
}

/** The present state as the leader decides by it: exactly what Postgres holds at `revision`, between batches. */
export class LogState {
  readonly keys = new Map<string, KeyState>();
  /** Keys that expire. */
  readonly expiring = new Set<string>();

  constructor(
    public revision: number,
    readonly resourceTypes: Map<string, number>,
    pointers: Iterable<Pointer> = [],
  ) {
    for (const pointer of pointers) this.set(pointer.key, pointer);
  }

  static async load(runner: Runner, revision: number): Promise<LogState> {
    const pointers = await loadPointers(runner);
    return new LogState(revision, await loadResourceTypes(runner), pointers);
  }

  set(key: string, { revision, digest, expiresAt }: KeyState): void {
    this.keys.set(key, { revision, digest, expiresAt });
    if (expiresAt > 0) this.expiring.add(key);
    else this.expiring.delete(key);
  }

  delete(key: string): void {
    this.keys.delete(key);
    this.expiring.delete(key);
  }
}

/** Characters of a digest: 132 bits of SHA-256, so that nobody can find bytes that pass for others. */
const DIGEST_LENGTH = 22;

/** Equal exactly when the bytes and the schema that wrote them are. */
export function digestOf(value: Pick<EncodedValue, 'value' | 'schemaHash'>): string {
  return `${hash('sha256', value.value, 'base64url').slice(0, DIGEST_LENGTH)}:${value.schemaHash}`;
}
