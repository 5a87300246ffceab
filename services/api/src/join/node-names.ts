import type { coordinationV1 } from '@gantry/api-types';
import { newConflict, parseTime } from '@gantry/apimachinery';
import { keyOf } from '@gantry/storage';
import type { PutOperation, Storage } from '@gantry/storage';
import { storageCall } from '../registry/current-state.js';
import type { ObjectReader } from '../registry/object-reader.js';
import { judgeClaim } from './node-claim.js';
import type { NodeKeyPin } from './node-claim.js';

export interface NodeNamesOptions {
  readonly storage: Pick<Storage, 'get' | 'write'>;
  readonly leases: Pick<ObjectReader, 'fresh'>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Keys of nodes are no objects: their storage keys are in a group that nothing is served from, so no node and no user can change them. */
const PINS = { group: '-', resource: 'nodekeys' };
const HEAD = '{"metadata":{';
const LEASE_NAMESPACE = 'kube-node-lease';
const DEFAULT_LEASE_SECONDS = 40;
const ATTEMPTS = 8;
/** Seconds: longer than any certificate is good for. A name that nobody used for so long is forgotten. */
const KEPT_SECONDS = 400 * 86_400;

/** What has to be written for a key to have a node's name. */
export interface NameClaim {
  readonly isOwn: boolean;
  readonly operation: PutOperation;
}

/** Which key each node's name belongs to. */
export class NodeNames {
  constructor(private readonly options: NodeNamesOptions) {}

  /** Throws 409 where another key has the name, and that node lives. */
  async claim(nodeName: string, fingerprint: string): Promise<NameClaim> {
    const { storage, now } = this.options;
    const { value } = await storageCall(() => storage.get(keyOfPin(nodeName)));
    const judgement = judgeClaim({ pin: value && decodePin(value.value), liveUntil: await this.#liveUntil(nodeName) }, fingerprint, now());
    if (judgement === 'taken') throw nameTaken(nodeName);
    return { isOwn: judgement === 'own', operation: put(nodeName, value?.revision ?? 0, { fingerprint, seen: now() }) };
  }

  /** Whether another key than this is known for the name. */
  async isAnothers(nodeName: string, fingerprint: string): Promise<boolean> {
    const { value } = await storageCall(() => this.options.storage.get(keyOfPin(nodeName)));
    return value !== undefined && decodePin(value.value).fingerprint !== fingerprint;
  }

  /** Gives the name to the key, whoever else tries at the same time. Throws as `claim` does. */
  async take(nodeName: string, fingerprint: string): Promise<void> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const { operation } = await this.claim(nodeName, fingerprint);
      const outcome = await storageCall(() => this.options.storage.write([operation]));
      if (outcome.ok) return;
    }
    throw nameTaken(nodeName);
  }

  async #liveUntil(nodeName: string): Promise<number | undefined> {
    const lease = (await this.options.leases.fresh(LEASE_NAMESPACE, nodeName))?.object as unknown as coordinationV1.Lease | undefined;
    const renewed = lease?.spec?.renewTime === undefined ? undefined : parseTime(lease.spec.renewTime);
    return renewed === undefined ? undefined : renewed + (lease?.spec?.leaseDurationSeconds ?? DEFAULT_LEASE_SECONDS) * 1000;
  }
}

/** 409. */
function nameTaken(nodeName: string): Error {
  return newConflict({ group: '', resource: 'nodes' }, nodeName, 'a node of this name lives and has another key');
}

function keyOfPin(nodeName: string): string {
  return keyOf({ ...PINS, name: nodeName });
}

function put(nodeName: string, expectedRevision: number, pin: NodeKeyPin): PutOperation {
  const value = Buffer.from(`${HEAD}"name":${JSON.stringify(nodeName)}},"pin":${JSON.stringify(pin)}}`);
  return { type: 'put', key: keyOfPin(nodeName), expectedRevision, value, spliceOffset: HEAD.length, schemaHash: '', ttlSeconds: KEPT_SECONDS };
}

function decodePin(value: Uint8Array): NodeKeyPin {
  return (JSON.parse(Buffer.from(value).toString()) as { pin: NodeKeyPin }).pin;
}
