import { forbidden, immutableMessage, invalid, isDNS1123Subdomain, isPortNumber, notSupported, path } from '@gantry/apimachinery';
import type { FieldError } from '@gantry/apimachinery';
import { familyOf } from '../../../addresses.js';
import { validateMetadataUpdate } from '../../../metadata-validation.js';
import { isHeadless, needsHealthCheck } from '../types.js';
import type { DefaultedService } from '../types.js';
import { validateService } from './service.js';

const specPath = path('spec');
const ipsPath = specPath.child('clusterIPs');
const ingressPath = path('status').child('loadBalancer').child('ingress');
const once = 'may not change once set';
const ipModes = ['Proxy', 'VIP'];
const protocols = ['SCTP', 'TCP', 'UDP'];

/** An update: the first cluster IP stays for as long as there is one. */
export function validateServiceUpdate(service: DefaultedService, old: DefaultedService): FieldError[] {
  const errors = validateMetadataUpdate(service.metadata, old.metadata, path('metadata'));
  if (service.spec.type !== 'ExternalName' && old.spec.type !== 'ExternalName') {
    validateClusterIPs(service, old, errors);
    validateFamilies(service, old, errors);
  }
  if (needsHealthCheck(old) && needsHealthCheck(service) && service.spec.healthCheckNodePort !== old.spec.healthCheckNodePort) {
    errors.push(forbidden(specPath.child('healthCheckNodePort'), immutableMessage));
  }
  return [...errors, ...validateService(service, old)];
}

function validateClusterIPs(service: DefaultedService, old: DefaultedService, errors: FieldError[]): void {
  const [now, before] = [service.spec.clusterIPs ?? [], old.spec.clusterIPs ?? []];
  if (isHeadless(service) && isHeadless(old)) return;
  if (before.length > 0 && now.length === 0) errors.push(invalid(ipsPath.index(0), now, 'primary clusterIP can not be unset'));
  if (now.length === before.length) {
    before.forEach((ip, index) => {
      if (ip !== now[index]) errors.push(invalid(ipsPath.index(index), now, once));
    });
  } else if (before.length > 0 && now.length > 0 && now[0] !== before[0]) {
    errors.push(invalid(ipsPath.index(0), now, once));
  }
}

function validateFamilies(service: DefaultedService, old: DefaultedService, errors: FieldError[]): void {
  if (isHeadless(service) || isHeadless(old)) return;
  const [now, before] = [service.spec.ipFamilies ?? [], old.spec.ipFamilies ?? []];
  if (before.length > 0 && now.length > 0 && now[0] !== before[0]) errors.push(invalid(specPath.child('ipFamilies').index(0), now, once));
}

/** An update of what the load balancer says. */
export function validateServiceStatusUpdate(service: DefaultedService, old: DefaultedService): FieldError[] {
  const errors = validateMetadataUpdate(service.metadata, old.metadata, path('metadata'));
  const ingress = service.status.loadBalancer?.ingress ?? [];
  if (service.spec.type !== 'LoadBalancer' && ingress.length > 0) errors.push(forbidden(ingressPath, 'may only be used when `spec.type` is \'LoadBalancer\''));
  ingress.forEach((entry, index) => validateIngress(entry, index, errors));
  return errors;
}

type Ingress = NonNullable<NonNullable<DefaultedService['status']['loadBalancer']>['ingress']>[number];

function validateIngress({ ip = '', hostname = '', ipMode, ports = [] }: Ingress, index: number, errors: FieldError[]): void {
  const at = ingressPath.index(index);
  if (ip !== '' && familyOf(ip) === undefined) errors.push(invalid(at.child('ip'), ip, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'));
  if (ip === '' && ipMode !== undefined) errors.push(forbidden(at.child('ipMode'), 'may not be specified when `ip` is not set'));
  if (ipMode !== undefined && !ipModes.includes(ipMode)) errors.push(notSupported(at.child('ipMode'), ipMode, ipModes));
  if (hostname !== '') {
    for (const problem of isDNS1123Subdomain(hostname)) errors.push(invalid(at.child('hostname'), hostname, problem));
    if (familyOf(hostname) !== undefined) errors.push(invalid(at.child('hostname'), hostname, 'must be a DNS name, not an IP address'));
  }
  ports.forEach(({ port, protocol }, position) => {
    const portPath = at.child('ports').index(position);
    for (const problem of isPortNumber(port)) errors.push(invalid(portPath.child('port'), port, problem));
    if (!protocols.includes(protocol)) errors.push(notSupported(portPath.child('protocol'), protocol, protocols));
  });
}
