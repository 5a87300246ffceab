import { newUid, rfc3339 } from '@gantry/apimachinery';
import { keyOf, prefixOf } from '@gantry/storage';
import type { Storage } from '@gantry/storage';
import { encodeObject } from '../registry/encode.js';
import { storageKeyOf } from '../registry/served-resource.js';
import type { ServedResource } from '../registry/served-resource.js';
import type { AddressRange } from './address-range.js';
import { reservedOffsets } from './choose.js';
import { Pool } from './pool.js';
import type { Holder } from './pool.js';

/** The ports of every node that Services may have, both ends among them. */
export interface NodePortRange {
  readonly from: number;
  readonly to: number;
}

/** Node ports are no objects: their keys are in a group that nothing is served from. */
const PORTS = { group: '-', resource: 'nodeports' };
const PORT_HEAD = '{"metadata":{';

/** The cluster's Service addresses; what is taken is an IPAddress each (KEP-1880). */
export function addressPool(storage: Storage, range: AddressRange, resource: ServedResource, now: () => number): Pool {
  return new Pool({
    storage,
    size: range.size,
    reserved: reservedOffsets(range.size + 2, { least: 16, share: 16, most: 256 }),
    itemAt: range.at,
    keys: {
      prefix: resource.cache.prefix,
      keyOf: (address) => storageKeyOf(resource, '', address),
      encode: (address, holder) => encodeObject(resource, ipAddressOf(resource, address, holder, now())),
      isHeldBy: (value, holder) => {
        const { spec } = JSON.parse(Buffer.from(value).toString()) as { spec?: { parentRef?: { resource?: string } & Partial<Holder> } };
        return spec?.parentRef?.resource === 'services' && isSame(spec.parentRef, holder);
      },
      seemsTaken: (address) => resource.cache.get(storageKeyOf(resource, '', address)) !== undefined,
    },
  });
}

function ipAddressOf({ kind, apiVersion }: ServedResource, address: string, { namespace, name }: Holder, now: number): Parameters<typeof encodeObject>[1] {
  return {
    apiVersion,
    kind: kind.kind,
    metadata: {
      name: address,
      uid: newUid(),
      creationTimestamp: rfc3339(now),
      labels: { 'ipaddress.kubernetes.io/ip-family': 'IPv4', 'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io' },
    },
    spec: { parentRef: { group: '', resource: 'services', namespace, name } },
  };
}

/** The node ports. */
export function nodePortPool(storage: Storage, { from, to }: NodePortRange): Pool {
  const size = to - from + 1;
  return new Pool({
    storage,
    size,
    reserved: reservedOffsets(size, { least: 16, share: 32, most: 128 }),
    itemAt: (offset) => String(from + offset),
    keys: {
      prefix: prefixOf(PORTS),
      keyOf: (port) => keyOf({ ...PORTS, name: port }),
      encode: (port, { namespace, name }) => ({ value: Buffer.from(`${PORT_HEAD}"name":"${port}"},"holder":${JSON.stringify({ namespace, name })}}`), spliceOffset: PORT_HEAD.length, schemaHash: '' }),
      isHeldBy: (value, holder) => isSame((JSON.parse(Buffer.from(value).toString()) as { holder?: Partial<Holder> }).holder, holder),
      seemsTaken: () => false,
    },
  });
}

function isSame(found: Partial<Holder> | undefined, { namespace, name }: Holder): boolean {
  return found?.namespace === namespace && found.name === name;
}
