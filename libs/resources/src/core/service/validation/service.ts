import { forbidden, invalid, isDNS1123Subdomain, nameIsDNSLabel, notSupported, path, required, validateLabels } from '@gantry/apimachinery';
import type { FieldError } from '@gantry/apimachinery';
import { validateIP, validateNonSpecialIP } from '../../../addresses.js';
import { validateMetadata } from '../../../metadata-validation.js';
import { validateFamilies } from '../families.js';
import { isHeadless } from '../types.js';
import type { DefaultedService } from '../types.js';
import { validateClusterIPs } from './cluster-ips.js';
import { validateLoadBalancer } from './load-balancer.js';
import { validatePorts } from './ports.js';
import { validateTraffic } from './traffic.js';

const specPath = path('spec');
const types = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const affinities = ['ClientIP', 'None'];
const longestAffinitySeconds = 86_400;
const kubeletPort = 10_250;

/** A Service to be created, or, given the `old` one, a changed one. What is to be allocated may be missing. */
export function validateService(service: DefaultedService, old?: DefaultedService): FieldError[] {
  // Families and addresses that contradict themselves make everything else sound odd.
  const early = validateClusterIPs(service);
  if (early.length === 0) early.push(...validateFamilies(service, old));
  if (early.length > 0) return early;
  const errors = validateMetadata(service.metadata, true, nameIsDNSLabel, path('metadata'));
  validateType(service, errors);
  validatePorts(service, errors);
  errors.push(...validateLabels(service.spec.selector, specPath.child('selector')));
  validateAffinity(service, errors);
  service.spec.externalIPs?.forEach((ip, index) => {
    const at = specPath.child('externalIPs').index(index);
    if (validateIP(ip, at, errors)) validateNonSpecialIP(ip, at, errors);
  });
  const { type } = service.spec;
  if (!type) errors.push(required(specPath.child('type')));
  else if (!types.includes(type)) errors.push(notSupported(specPath.child('type'), type, types));
  validateLoadBalancer(service, old, errors);
  validateTraffic(service, errors);
  return errors;
}

function validateType(service: DefaultedService, errors: FieldError[]): void {
  const { spec } = service;
  if ((spec.ports ?? []).length === 0 && !isHeadless(service) && spec.type !== 'ExternalName') errors.push(required(specPath.child('ports')));
  if (spec.type === 'LoadBalancer') {
    spec.ports?.forEach(({ port }, index) => {
      if (port === kubeletPort) errors.push(invalid(specPath.child('ports').index(index), port, `may not expose port ${String(kubeletPort)} externally since it is used by kubelet`));
    });
  }
  if ((spec.type === 'LoadBalancer' || spec.type === 'NodePort') && isHeadless(service)) {
    errors.push(invalid(specPath.child('clusterIPs').index(0), spec.clusterIPs?.[0], `may not be set to 'None' for ${spec.type} services`));
  }
  if (spec.type === 'ExternalName') validateExternalName(service, errors);
}

function validateExternalName({ spec }: DefaultedService, errors: FieldError[]): void {
  const refuse = (field: string): unknown => errors.push(forbidden(specPath.child(field), 'may not be set for ExternalName services'));
  if ((spec.clusterIPs ?? []).length > 0) refuse('clusterIPs');
  if ((spec.ipFamilies ?? []).length > 0) refuse('ipFamilies');
  if (spec.ipFamilyPolicy !== undefined) refuse('ipFamilyPolicy');
  const at = specPath.child('externalName');
  const name = (spec.externalName ?? '').replace(/\.$/, '');
  if (name === '') errors.push(required(at));
  else for (const problem of isDNS1123Subdomain(name)) errors.push(invalid(at, name, problem));
}

function validateAffinity({ spec: { sessionAffinity, sessionAffinityConfig } }: DefaultedService, errors: FieldError[]): void {
  const at = specPath.child('sessionAffinity');
  const configPath = specPath.child('sessionAffinityConfig');
  if (!sessionAffinity) errors.push(required(at));
  else if (!affinities.includes(sessionAffinity)) errors.push(notSupported(at, sessionAffinity, affinities));
  if (sessionAffinity === 'None' && sessionAffinityConfig !== undefined) errors.push(forbidden(configPath, 'must not be set when session affinity is None'));
  if (sessionAffinity !== 'ClientIP') return;
  // Defaults have filled what was missing.
  const seconds = sessionAffinityConfig?.clientIP?.timeoutSeconds ?? 0;
  if (seconds > 0 && seconds <= longestAffinitySeconds) return;
  errors.push(invalid(configPath.child('clientIP').child('timeoutSeconds'), seconds, `must be greater than 0 and less than ${String(longestAffinitySeconds)}`));
}
