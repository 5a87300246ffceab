import { randomUUID } from 'node:crypto';
import type { ResourceObject } from '@gantry/resources';
import { keyOf, prefixOf } from '@gantry/storage';
import { storageCall } from '../registry/current-state.js';
import type { RegistryEnvironment } from '../registry/environment.js';
import { resourceNamed } from '../registry/object-reader.js';
import type { ServedResource } from '../registry/served-resource.js';
import type { Endpoint } from './options.js';
import { applyObject } from './own-objects.js';

/** Replicas are no objects: their keys are in a group that nothing is served from. */
const REPLICAS = { group: '-', resource: 'apiservers' };
/** As upstream has it: with a round every 10 seconds, a replica that died is gone from the endpoints after 25 at most. */
const TTL_SECONDS = 15;
const HEAD = '{"metadata":{';
const NAME = 'kubernetes';
const NAMESPACE = 'default';

export interface OwnEndpointsOptions {
  readonly env: RegistryEnvironment;
  readonly resources: readonly ServedResource[];
  readonly advertise: Endpoint;
}

/**
 * The endpoints of the API's own Service: every replica holds a key that ends with it, and writes what all keys say. A replica that stops
 * takes its key away first; the last one leaves its endpoint, because the next start will most likely be at the same.
 */
export class OwnEndpoints {
  readonly #key = keyOf({ ...REPLICAS, name: randomUUID() });
  #beat = 0;
  #revision = 0;

  constructor(private readonly options: OwnEndpointsOptions) {}

  /** To be called every 10 seconds. */
  async renew(): Promise<void> {
    await this.#prolong();
    await this.#publish();
  }

  async leave(): Promise<void> {
    const { storage } = this.options.env;
    const { value } = await storageCall(() => storage.get(this.#key));
    if (value === undefined) return;
    await storageCall(() => storage.write([{ type: 'delete', key: this.#key, expectedRevision: value.revision }]));
    await this.#publish();
  }

  /** Every put says something else: one that says the same writes nothing and prolongs nothing. */
  async #prolong(): Promise<void> {
    const { env, advertise } = this.options;
    const value = Buffer.from(`${HEAD}"name":"${NAME}"},"address":"${advertise.address}","beat":${String(++this.#beat)}}`);
    const outcome = await storageCall(() => env.storage.write([{ type: 'put', key: this.#key, expectedRevision: this.#revision, value, spliceOffset: HEAD.length, schemaHash: '', ttlSeconds: TTL_SECONDS }]));
    this.#revision = outcome.ok ? outcome.revisions[0]! : (outcome.current?.revision ?? 0);
    // It ended, or an answer was lost.
    if (!outcome.ok) await this.#prolong();
  }

  async #publish(): Promise<void> {
    const { env, resources, advertise } = this.options;
    const { items } = await storageCall(() => env.storage.list(prefixOf(REPLICAS)));
    const addresses = [...new Set(items.map(({ value }) => (JSON.parse(Buffer.from(value).toString()) as { address: string }).address))].sort();
    // No key at all is more likely a fault than the truth.
    if (addresses.length === 0) return;
    await Promise.all([
      applySlice(env, resourceNamed(resources, 'discovery.k8s.io', 'endpointslices'), addresses, advertise.port),
      applyEndpoints(env, resourceNamed(resources, '', 'endpoints'), addresses, advertise.port),
    ]);
  }
}

async function applySlice(env: RegistryEnvironment, resource: ServedResource, addresses: readonly string[], port: number): Promise<void> {
  const metadata = { name: NAME, namespace: NAMESPACE, labels: { 'kubernetes.io/service-name': NAME } };
  const fields = { endpoints: addresses.map((address) => ({ addresses: [address], conditions: { ready: true } })), ports: [{ name: 'https', port, protocol: 'TCP' }] };
  await applyObject(env, resource, { metadata, addressType: 'IPv4', ...fields }, (slice) => say(slice, metadata.labels, fields));
}

/** The controller that mirrors Endpoints into slices leaves these alone. */
async function applyEndpoints(env: RegistryEnvironment, resource: ServedResource, addresses: readonly string[], port: number): Promise<void> {
  const metadata = { name: NAME, namespace: NAMESPACE, labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } };
  const fields = { subsets: [{ addresses: addresses.map((ip) => ({ ip })), ports: [{ name: 'https', port, protocol: 'TCP' }] }] };
  await applyObject(env, resource, { metadata, ...fields }, (endpoints) => say(endpoints, metadata.labels, fields));
}

function say(object: ResourceObject, labels: Readonly<Record<string, string>>, fields: object): void {
  object.metadata.labels = { ...object.metadata.labels, ...labels };
  Object.assign(object, fields);
}
