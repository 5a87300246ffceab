import type { coreV1 } from '@gantry/api-types';
import { isPodReady } from '../pods/pod-status.js';
import { hostnameWithin, podAddresses } from '../service-pods/membership.js';
import { isIPv6 } from 'node:net';
import { targetPort } from '../service-pods/target-port.js';

type Subset = coreV1.EndpointSubset;
type Address = coreV1.EndpointAddress;
type Port = coreV1.EndpointPort;

interface Entry {
  readonly address: Address;
  readonly ready: boolean;
}

/** All entries of one port, in the order of their addresses. */
interface PortEntries {
  readonly port: Port | undefined;
  readonly entries: Entry[];
}

function addressOf(service: coreV1.Service, pod: coreV1.Pod): Address | undefined {
  const wantsIpv6 = service.spec?.ipFamilies?.[0] === 'IPv6';
  const ip = podAddresses(pod).find((candidate) => isIPv6(candidate) === wantsIpv6);
  if (ip === undefined) return undefined;
  const { namespace, name, uid } = pod.metadata ?? {};
  const hostname = hostnameWithin(service, pod);
  return { ip, ...(hostname !== undefined && { hostname }), nodeName: pod.spec?.nodeName, targetRef: { kind: 'Pod', namespace, name, uid } };
}

/** Where the service's ports lead in the pod; a headless service may have none, and then an address alone is its endpoint. */
function portsOf({ spec }: coreV1.Service, pod: coreV1.Pod): (Port | undefined)[] {
  const servicePorts = spec?.ports ?? [];
  if (servicePorts.length === 0) return spec?.clusterIP === 'None' ? [undefined] : [];
  return servicePorts.flatMap((servicePort) => {
    const port = targetPort(pod, servicePort);
    const { name = '', protocol = 'TCP', appProtocol } = servicePort;
    return port === undefined ? [] : [{ ...(name === '' ? {} : { name }), port, protocol, ...(appProtocol === undefined ? {} : { appProtocol }) }];
  });
}

function byPort(service: coreV1.Service, pods: readonly coreV1.Pod[]): PortEntries[] {
  const found = new Map<string, PortEntries>();
  for (const pod of pods) {
    const address = addressOf(service, pod);
    if (address === undefined) continue;
    const ready = service.spec?.publishNotReadyAddresses === true || isPodReady(pod);
    for (const port of portsOf(service, pod)) {
      const key = JSON.stringify(port ?? null);
      const group = found.get(key) ?? { port, entries: [] };
      found.set(key, group);
      group.entries.push({ address, ready });
    }
  }
  return [...found.values()];
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function compareEntries({ address: a }: Entry, { address: b }: Entry): number {
  return compareText(a.ip, b.ip) || compareText(a.targetRef?.uid ?? '', b.targetRef?.uid ?? '');
}

function portText({ name = '', protocol = '', port }: Port): string {
  return `${name} ${protocol} ${port}`;
}

function toSubset(entries: readonly Entry[], ports: readonly Port[]): Subset {
  const ready = entries.filter((entry) => entry.ready).map(({ address }) => address);
  const notReady = entries.filter((entry) => !entry.ready).map(({ address }) => address);
  const sorted = ports.toSorted((a, b) => compareText(portText(a), portText(b)));
  return { ...(ready.length > 0 && { addresses: ready }), ...(notReady.length > 0 && { notReadyAddresses: notReady }), ...(sorted.length > 0 && { ports: sorted }) };
}

/**
 * The pods as subsets: ports that have the same addresses, ready and not, share one. The same pods give the same subsets in whatever
 * order they come.
 */
export function subsetsOf(service: coreV1.Service, pods: readonly coreV1.Pod[]): Subset[] {
  const groups = new Map<string, { entries: Entry[]; ports: Port[] }>();
  for (const { port, entries } of byPort(service, pods)) {
    const sorted = entries.toSorted(compareEntries);
    const key = JSON.stringify(sorted.map(({ address, ready }) => [address.ip, address.targetRef?.uid, ready]));
    const group = groups.get(key) ?? { entries: sorted, ports: [] };
    groups.set(key, group);
    if (port !== undefined) group.ports.push(port);
  }
  const subsets = [...groups.values()].map(({ entries, ports }) => toSubset(entries, ports));
  return subsets.toSorted((a, b) => compareText(JSON.stringify(a.ports ?? []), JSON.stringify(b.ports ?? [])));
}
