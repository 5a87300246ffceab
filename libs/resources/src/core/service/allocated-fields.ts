import { semanticEqual } from '../../semantic-equal.js';
import { isExternallyAccessible, needsClusterIP, needsHealthCheck, needsNodePort, nodePortsOf } from './types.js';
import type { DefaultedService } from './types.js';

/** Puts back what was allocated and the client left out: an update means no change of it. */
export function keepAllocated(service: DefaultedService, old: DefaultedService): void {
  const { spec } = service;
  if (needsClusterIP(old) && needsClusterIP(service)) {
    spec.clusterIP ||= old.spec.clusterIP;
    if ((spec.clusterIPs ?? []).length === 0 && spec.clusterIP === old.spec.clusterIP && old.spec.clusterIPs !== undefined) spec.clusterIPs = [...old.spec.clusterIPs];
  }
  if (needsNodePort(old) && needsNodePort(service)) keepNodePorts(service, old);
  if (needsHealthCheck(old) && needsHealthCheck(service)) spec.healthCheckNodePort ||= old.spec.healthCheckNodePort;
}

/** By the name of the port, unless the number now belongs to another. */
function keepNodePorts(service: DefaultedService, old: DefaultedService): void {
  const wanted = nodePortsOf(service);
  const used = new Set([...nodePortsOf(old)].filter((port) => wanted.has(port)));
  const byName = new Map((old.spec.ports ?? []).map(({ name = '', nodePort = 0 }) => [name, nodePort]));
  for (const port of service.spec.ports ?? []) {
    const before = byName.get(port.name ?? '');
    if (port.nodePort || !before || used.has(before)) continue;
    port.nodePort = before;
    used.add(before);
  }
}

/** `clusterIP` and `clusterIPs` say the same; a client that knows only the first decides both. */
export function alignClusterIPs({ spec }: DefaultedService, old: DefaultedService | undefined): void {
  const { clusterIP = '', clusterIPs = [] } = spec;
  if (old === undefined) {
    if (clusterIP !== '' && clusterIPs.length === 0) spec.clusterIPs = [clusterIP];
    return;
  }
  if (clusterIP === (old.spec.clusterIP ?? '') || !semanticEqual(clusterIPs, old.spec.clusterIPs)) return;
  if (clusterIP === '') delete spec.clusterIPs;
  else spec.clusterIPs = [clusterIP];
}

/** Clears what the new type has no use for, where the client left it as it was: changed, it is refused by validation. */
export function dropForeignFields(service: DefaultedService, old: DefaultedService): void {
  const { spec } = service;
  if (needsClusterIP(old) && !needsClusterIP(service)) dropAddresses(service, old);
  if (needsNodePort(old) && !needsNodePort(service) && semanticEqual([...nodePortsOf(service)].sort(), [...nodePortsOf(old)].sort())) {
    for (const port of spec.ports ?? []) delete port.nodePort;
  }
  if (needsHealthCheck(old) && !needsHealthCheck(service)) dropSame(service, old, 'healthCheckNodePort');
  if (old.spec.type === 'LoadBalancer' && spec.type !== 'LoadBalancer') {
    dropSame(service, old, 'allocateLoadBalancerNodePorts');
    dropSame(service, old, 'loadBalancerClass');
  }
  if (isExternallyAccessible(old) && !isExternallyAccessible(service)) dropSame(service, old, 'externalTrafficPolicy');
}

function dropAddresses(service: DefaultedService, old: DefaultedService): void {
  if (semanticEqual(service.spec.clusterIPs, old.spec.clusterIPs) && service.spec.clusterIP === old.spec.clusterIP) {
    delete service.spec.clusterIP;
    delete service.spec.clusterIPs;
  }
  dropSame(service, old, 'ipFamilies');
  dropSame(service, old, 'ipFamilyPolicy');
}

function dropSame({ spec }: DefaultedService, { spec: old }: DefaultedService, field: keyof DefaultedService['spec']): void {
  if (semanticEqual(spec[field], old[field])) delete spec[field];
}
