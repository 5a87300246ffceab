import { modifiedMessage, newConflict } from '@gantry/apimachinery';
import type { StoredQuota } from '@gantry/resources';
import type { EncodedValue, WriteOperation } from '@gantry/storage';
import { opened, storageCall } from '../../../registry/current-state.js';
import { encodeObject } from '../../../registry/encode.js';
import type { RegistryEnvironment } from '../../../registry/environment.js';
import type { Reservation } from '../../../registry/reservation.js';
import { listPrefixOf } from '../../../registry/served-resource.js';
import type { ServedResource } from '../../../registry/served-resource.js';
import { CachedObject } from '../../../watch-cache/cached-object.js';
import { Turns } from './turns.js';

/** The quotas that a write changes, as they are then; of those that are there. Throws the refusal. */
export type Charge = (quotas: readonly StoredQuota[]) => readonly StoredQuota[];

/** Losing to other replicas this often in a row means that they do nothing else. */
const ATTEMPTS = 20;
/** Own writes are remembered until the cache shows them: of so many quotas at most. */
const REMEMBERED = 1000;

interface Pending {
  readonly key: string;
  readonly encoded: EncodedValue;
}

/**
 * Notes what is used of quotas in the same write as what uses it. Within this process the writes of a namespace take turns, so that they do
 * not make each other start over; against other replicas the revisions of the quotas decide.
 */
export class QuotaLedger {
  readonly #turns = new Turns();
  readonly #own = new Map<string, CachedObject>();

  constructor(
    private readonly env: () => RegistryEnvironment,
    private readonly resource: ServedResource,
  ) {}

  /** The quotas of a namespace that are at hand. */
  quotas(namespace: string): CachedObject[] {
    const { cache } = this.resource;
    const found: CachedObject[] = [];
    if (cache.size > 0) cache.scan(listPrefixOf(this.resource, namespace), (quota) => void found.push(this.#newest(quota)));
    return found;
  }

  reservation(namespace: string, charge: Charge): Reservation {
    let pending: readonly Pending[] = [];
    let leave: (() => void) | undefined;
    let attempts = 0;
    const end = (): void => {
      leave?.();
      leave = undefined;
    };
    return {
      take: async (isRepeated) => {
        if ((attempts += 1) > ATTEMPTS) throw newConflict(this.resource.groupResource, '', modifiedMessage);
        leave = await this.#turns.enter(namespace);
        try {
          const { operations, ...taken } = await this.#take(namespace, charge, isRepeated);
          pending = taken.pending;
          return operations;
        } catch (error) {
          end();
          throw error;
        }
      },
      settle: (revisions) => {
        pending.forEach(({ key, encoded }, index) => this.#remember(key, encoded, revisions?.[index]));
        end();
      },
    };
  }

  /** Who is refused by what may be out of date is looked at again, by what is there now. */
  async #take(namespace: string, charge: Charge, isRepeated: boolean): Promise<{ pending: Pending[]; operations: WriteOperation[] }> {
    if (!isRepeated) {
      try {
        return this.#operations(this.quotas(namespace), charge);
      } catch {
        // What is refused now is refused by the newest, too, or not at all.
      }
    }
    return this.#operations(await this.#fresh(namespace), charge);
  }

  #operations(quotas: readonly CachedObject[], charge: Charge): { pending: Pending[]; operations: WriteOperation[] } {
    const byUid = new Map(quotas.map((quota) => [quota.object.metadata.uid, quota]));
    const pending: Pending[] = [];
    const operations = charge(quotas.map(({ object }) => object as StoredQuota)).map((changed): WriteOperation => {
      const { key, revision } = byUid.get(changed.metadata.uid)!;
      const encoded = encodeObject(this.resource, changed);
      pending.push({ key, encoded });
      return { type: 'put', key, expectedRevision: revision, ...encoded };
    });
    return { pending, operations };
  }

  async #fresh(namespace: string): Promise<CachedObject[]> {
    const env = this.env();
    const { items } = await storageCall(() => env.storage.list(listPrefixOf(this.resource, namespace)));
    return items.map((value) => opened(env, this.resource, value));
  }

  #newest(cached: CachedObject): CachedObject {
    const own = this.#own.get(cached.key);
    if (own === undefined) return cached;
    if (own.revision > cached.revision) return own;
    this.#own.delete(cached.key);
    return cached;
  }

  #remember(key: string, encoded: EncodedValue, revision: number | undefined): void {
    this.#own.delete(key);
    if (revision === undefined) return;
    this.#own.set(key, new CachedObject(this.resource.cache.form, key, revision, encoded));
    if (this.#own.size > REMEMBERED) this.#own.delete(this.#own.keys().next().value!);
  }
}
