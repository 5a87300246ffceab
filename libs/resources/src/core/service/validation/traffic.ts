import { invalid, isPortNumber, notSupported, path, required } from '@gantry/apimachinery';
import type { FieldError } from '@gantry/apimachinery';
import { isExternallyAccessible, needsClusterIP, needsHealthCheck } from '../types.js';
import type { DefaultedService } from '../types.js';

const specPath = path('spec');
const policies = ['Cluster', 'Local'];
const distributions = ['PreferClose', 'PreferSameNode', 'PreferSameZone'];

/** Where traffic may go, by where it comes from. */
export function validateTraffic(service: DefaultedService, errors: FieldError[]): void {
  const { internalTrafficPolicy, trafficDistribution } = service.spec;
  validateExternal(service, errors);
  const at = specPath.child('internalTrafficPolicy');
  if (internalTrafficPolicy === undefined) {
    if (needsClusterIP(service)) errors.push(required(at));
  } else if (!policies.includes(internalTrafficPolicy)) {
    errors.push(notSupported(at, internalTrafficPolicy, policies));
  }
  if (trafficDistribution !== undefined && !distributions.includes(trafficDistribution)) errors.push(notSupported(specPath.child('trafficDistribution'), trafficDistribution, distributions));
}

function validateExternal(service: DefaultedService, errors: FieldError[]): void {
  const { externalTrafficPolicy: policy, healthCheckNodePort = 0 } = service.spec;
  const at = specPath.child('externalTrafficPolicy');
  if (!isExternallyAccessible(service)) {
    if (policy) errors.push(invalid(at, policy, 'may only be set for externally-accessible services'));
  } else if (!policy) {
    errors.push(required(at));
  } else if (!policies.includes(policy)) {
    errors.push(notSupported(at, policy, policies));
  }
  if (healthCheckNodePort === 0) return;
  const portPath = specPath.child('healthCheckNodePort');
  if (!needsHealthCheck(service)) errors.push(invalid(portPath, healthCheckNodePort, "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'"));
  else for (const problem of isPortNumber(healthCheckNodePort)) errors.push(invalid(portPath, healthCheckNodePort, problem));
}
