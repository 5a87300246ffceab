import { path } from '@gantry/apimachinery';
import { addressWarnings, rangeWarnings } from '../../address-warnings.js';
import { isHeadless } from './types.js';
import type { DefaultedService } from './types.js';

const topologyHints = 'service.kubernetes.io/topology-aware-hints';
const topologyMode = 'service.kubernetes.io/topology-mode';
const specPath = path('spec');
const ingressPath = path('status').child('loadBalancer').child('ingress');

/** What a Service says that has no effect, or will not have one for long. */
export function serviceWarnings(service: DefaultedService): string[] {
  const { spec, metadata } = service;
  const { clusterIPs = [], externalIPs = [], loadBalancerIP = '', loadBalancerSourceRanges = [] } = spec;
  const warnings: string[] = [];
  if (metadata.annotations?.[topologyHints] !== undefined) warnings.push(`annotation ${topologyHints} is deprecated, please use ${topologyMode} instead`);
  clusterIPs.forEach((ip, index) => addressWarnings(ip, specPath.child('clusterIPs').index(index), warnings));
  if (isHeadless(service)) headlessWarnings(service, warnings);
  externalIPs.forEach((ip, index) => addressWarnings(ip, specPath.child('externalIPs').index(index), warnings));
  if (externalIPs.length > 0 && !isHeadless(service) && spec.type !== 'ExternalName') warnings.push('spec.externalIPs is deprecated and may no longer be implemented in some clusters');
  addressWarnings(loadBalancerIP, specPath.child('loadBalancerIP'), warnings);
  loadBalancerSourceRanges.forEach((range, index) => rangeWarnings(range, specPath.child('loadBalancerSourceRanges').index(index), warnings));
  if (spec.type === 'ExternalName' && externalIPs.length > 0) warnings.push('spec.externalIPs is ignored when spec.type is "ExternalName"');
  if (spec.type !== 'ExternalName' && spec.externalName) warnings.push('spec.externalName is ignored when spec.type is not "ExternalName"');
  if (spec.trafficDistribution === 'PreferClose') warnings.push('spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"');
  return warnings;
}

function headlessWarnings({ spec }: DefaultedService, warnings: string[]): void {
  if (spec.loadBalancerIP) warnings.push('spec.loadBalancerIP is ignored for headless services');
  if ((spec.externalIPs ?? []).length > 0) warnings.push('spec.externalIPs is ignored for headless services');
  if (spec.sessionAffinity !== 'None') warnings.push('spec.SessionAffinity is ignored for headless services');
}

/** What is said of the addresses of a load balancer. */
export function serviceStatusWarnings({ status }: DefaultedService): string[] {
  const warnings: string[] = [];
  (status.loadBalancer?.ingress ?? []).forEach(({ ip = '' }, index) => addressWarnings(ip, ingressPath.index(index), warnings));
  return warnings;
}
