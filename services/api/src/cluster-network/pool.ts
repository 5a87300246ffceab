import { randomInt } from 'node:crypto';
import type { DeleteOperation, PutOperation, Storage } from '@gantry/storage';
import { storageCall } from '../registry/current-state.js';
import { chooseOffset } from './choose.js';

/** Whose something is. */
export interface Holder {
  readonly namespace: string;
  readonly name: string;
}

/** Where a pool keeps what is taken: one key for each. */
export interface PoolKeys {
  /** Of all keys of the pool, with its `/`. */
  readonly prefix: string;
  readonly keyOf: (item: string) => string;
  /** The value that says whose it is. */
  readonly encode: (item: string, holder: Holder) => Pick<PutOperation, 'value' | 'spliceOffset' | 'schemaHash'>;
  readonly isHeldBy: (value: Uint8Array, holder: Holder) => boolean;
  /** What a cache knows to be taken; it may be behind. */
  readonly seemsTaken: (item: string) => boolean;
}

export interface PoolOptions {
  readonly storage: Storage;
  readonly keys: PoolKeys;
  readonly size: number;
  /** Offsets at the beginning that are given last. */
  readonly reserved: number;
  readonly itemAt: (offset: number) => string;
}

/** A random number from 0 to below 1. */
function random(): number {
  return randomInt(2 ** 32) / 2 ** 32;
}

/** Things of which each has one holder. Claims nothing itself: it says what to write. */
export class Pool {
  constructor(private readonly options: PoolOptions) {}

  /**
   * Something that nobody has, or undefined when all is taken. `exact`: by what the storage says now, not by what may be behind; only an
   * exact look finds out that all is taken.
   */
  async choose(exact: boolean, alsoTaken: ReadonlySet<string>): Promise<string | undefined> {
    const { keys, size, reserved, itemAt } = this.options;
    const taken = exact ? await this.#taken() : undefined;
    const isTaken = (item: string): boolean => alsoTaken.has(item) || (taken === undefined ? keys.seemsTaken(item) : taken.has(keys.keyOf(item)));
    const offset = chooseOffset(size, reserved, (candidate) => isTaken(itemAt(candidate)), random);
    if (offset === undefined && !exact) return this.choose(true, alsoTaken);
    return offset === undefined ? undefined : itemAt(offset);
  }

  /** Whether somebody has it now. */
  async isTaken(item: string): Promise<boolean> {
    const { storage, keys } = this.options;
    return (await storageCall(() => storage.get(keys.keyOf(item)))).value !== undefined;
  }

  /** Refused by the storage when somebody has it. */
  take(item: string, holder: Holder): PutOperation {
    const { keys } = this.options;
    return { type: 'put', key: keys.keyOf(item), expectedRevision: 0, ...keys.encode(item, holder) };
  }

  /** undefined where the holder does not have it any more: somebody took it away. */
  async give(item: string, holder: Holder): Promise<DeleteOperation | undefined> {
    const { storage, keys } = this.options;
    const { value } = await storageCall(() => storage.get(keys.keyOf(item)));
    if (value === undefined || !keys.isHeldBy(value.value, holder)) return undefined;
    return { type: 'delete', key: value.key, expectedRevision: value.revision };
  }

  async #taken(): Promise<ReadonlySet<string>> {
    const { storage, keys } = this.options;
    const { items } = await storageCall(() => storage.list(keys.prefix));
    return new Set(items.map(({ key }) => key));
  }
}
