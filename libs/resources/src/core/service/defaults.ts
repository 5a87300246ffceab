import type { coreV1 } from '@gantry/api-types';
import { isExternallyAccessible, needsClusterIP } from './types.js';
import type { DefaultedService } from './types.js';

const affinitySeconds = 10_800;
/** What a client writes that has a value for everything: it says nothing, and would look like a change. */
const emptyMeansAbsent = ['clusterIP', 'clusterIPs', 'externalIPs', 'externalName', 'externalTrafficPolicy', 'healthCheckNodePort', 'ipFamilies', 'loadBalancerIP', 'loadBalancerSourceRanges'] as const;

/** Fills a Service; what has to be allocated is not among the defaults. */
export function defaultService(service: DefaultedService): void {
  service.metadata ??= {};
  service.spec ??= {};
  service.status ??= {};
  const { spec, status } = service;
  dropEmpty(spec, emptyMeansAbsent);
  spec.ports?.forEach((port) => dropEmpty(port, ['name', 'nodePort']));
  spec.type ||= 'ClusterIP';
  defaultAffinity(spec);
  spec.ports?.forEach(defaultPort);
  if (isExternallyAccessible(service)) spec.externalTrafficPolicy ||= 'Cluster';
  if (needsClusterIP(service)) spec.internalTrafficPolicy ??= 'Cluster';
  if (spec.type === 'LoadBalancer') {
    spec.allocateLoadBalancerNodePorts ??= true;
    for (const ingress of status.loadBalancer?.ingress ?? []) if (ingress.ip) ingress.ipMode ??= 'VIP';
  }
  status.loadBalancer ??= {};
}

function dropEmpty<T extends object>(object: T, fields: readonly (keyof T)[]): void {
  for (const field of fields) {
    const value: unknown = object[field];
    if (!value || (Array.isArray(value) && value.length === 0)) delete object[field];
  }
}

function defaultAffinity(spec: coreV1.ServiceSpec): void {
  spec.sessionAffinity ||= 'None';
  if (spec.sessionAffinity === 'None') delete spec.sessionAffinityConfig;
  if (spec.sessionAffinity === 'ClientIP' && spec.sessionAffinityConfig?.clientIP?.timeoutSeconds === undefined) {
    spec.sessionAffinityConfig = { clientIP: { timeoutSeconds: affinitySeconds } };
  }
}

function defaultPort(port: coreV1.ServicePort): void {
  port.protocol ||= 'TCP';
  port.targetPort ||= port.port;
}
