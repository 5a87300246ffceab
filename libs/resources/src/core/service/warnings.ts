import { isHeadless } from './types.js';
import type { DefaultedService } from './types.js';

const topologyHints = 'service.kubernetes.io/topology-aware-hints';
const topologyMode = 'service.kubernetes.io/topology-mode';

/** What a Service says that has no effect, or will not have one for long. */
export function serviceWarnings(service: DefaultedService): string[] {
  const { spec, metadata } = service;
  const warnings: string[] = [];
  if (metadata.annotations?.[topologyHints] !== undefined) warnings.push(`annotation ${topologyHints} is deprecated, please use ${topologyMode} instead`);
  const hasExternalIPs = (spec.externalIPs ?? []).length > 0;
  if (isHeadless(service)) {
    if (spec.loadBalancerIP) warnings.push('spec.loadBalancerIP is ignored for headless services');
    if (hasExternalIPs) warnings.push('spec.externalIPs is ignored for headless services');
    if (spec.sessionAffinity !== 'None') warnings.push('spec.SessionAffinity is ignored for headless services');
  }
  if (spec.type === 'ExternalName' && hasExternalIPs) warnings.push('spec.externalIPs is ignored when spec.type is "ExternalName"');
  return warnings;
}
