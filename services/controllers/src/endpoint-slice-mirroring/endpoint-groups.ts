import { isIPv4, isIPv6 } from 'node:net';
import type { coreV1, discoveryV1 } from '@gantry/api-types';
import type { AddressType } from '../endpoint-slice/endpoint.js';
import { endpointKey } from '../endpoint-slice/endpoint.js';
import { portsKey } from '../endpoint-slice/ports.js';

/** The most addresses of a subset that are mirrored, so that each subset has one slice a type of address. */
export const MAX_PER_SUBSET = 1000;

/** What one slice mirrors: the addresses of a type that have the same ports. */
export interface EndpointGroup {
  readonly addressType: AddressType;
  readonly ports: discoveryV1.EndpointPort[];
  /** By what makes them different. */
  readonly endpoints: Map<string, discoveryV1.Endpoint>;
}

export interface Mirrored {
  readonly groups: ReadonlyMap<string, EndpointGroup>;
  /** Addresses that are none. */
  readonly invalid: number;
  /** Addresses that are left out, those that are none included. */
  readonly skipped: number;
}

export function groupKey(addressType: string, ports: readonly discoveryV1.EndpointPort[] | null | undefined): string {
  return `${addressType} ${portsKey(ports)}`;
}

function endpoint({ ip, hostname, nodeName, targetRef }: coreV1.EndpointAddress, ready: boolean): discoveryV1.Endpoint {
  return {
    addresses: [ip],
    conditions: { ready },
    ...(hostname !== undefined && hostname !== '' && { hostname }),
    ...(nodeName !== undefined && { nodeName }),
    ...(targetRef !== undefined && { targetRef }),
  };
}

function typeOf(ip: string): AddressType | undefined {
  if (isIPv4(ip)) return 'IPv4';
  return isIPv6(ip) ? 'IPv6' : undefined;
}

function addSubset(groups: Map<string, EndpointGroup>, { addresses = [], notReadyAddresses = [], ports = [] }: coreV1.EndpointSubset): { invalid: number; skipped: number } {
  const slicePorts = ports.map(({ name = '', port, protocol = 'TCP', appProtocol }) => ({ name, port, protocol, ...(appProtocol === undefined ? {} : { appProtocol }) }));
  const all = [...addresses.map((address) => endpoint(address, true)), ...notReadyAddresses.map((address) => endpoint(address, false))];
  const valid = all.filter((one) => typeOf(one.addresses[0] ?? '') !== undefined);
  const taken = valid.slice(0, MAX_PER_SUBSET);
  for (const one of taken) {
    const addressType = typeOf(one.addresses[0] ?? '')!;
    const key = groupKey(addressType, slicePorts);
    const group = groups.get(key) ?? { addressType, ports: slicePorts, endpoints: new Map<string, discoveryV1.Endpoint>() };
    groups.set(key, group);
    group.endpoints.set(endpointKey(one), one);
  }
  return { invalid: all.length - valid.length, skipped: all.length - taken.length };
}

/** What the slices of these Endpoints must say. */
export function groupEndpoints({ subsets }: coreV1.Endpoints): Mirrored {
  const groups = new Map<string, EndpointGroup>();
  const counts = (subsets ?? []).map((subset) => addSubset(groups, subset));
  return { groups, invalid: counts.reduce((sum, { invalid }) => sum + invalid, 0), skipped: counts.reduce((sum, { skipped }) => sum + skipped, 0) };
}
