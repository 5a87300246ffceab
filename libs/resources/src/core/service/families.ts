import { invalid, path } from '@gantry/apimachinery';
import type { FieldError } from '@gantry/apimachinery';
import { familyOf } from '../../addresses.js';
import { semanticEqual } from '../../semantic-equal.js';
import { HEADLESS } from './types.js';
import type { DefaultedService } from './types.js';

/** The one family of the cluster's Service addresses. */
const own = 'IPv4';
const specPath = path('spec');
const policyPath = specPath.child('ipFamilyPolicy');

/** A Service whose endpoints are none of the cluster's business may have any families. */
function isUnmanaged({ spec }: DefaultedService): boolean {
  return spec.clusterIP === HEADLESS && Object.keys(spec.selector ?? {}).length === 0;
}

/** Infers policy and families from what the client gave and from what was there before. Leaves what contradicts itself to validation. */
export function fillFamilies(service: DefaultedService, old: DefaultedService | undefined): void {
  const { spec } = service;
  if (spec.type === 'ExternalName') return;
  spec.ipFamilyPolicy ??= old?.spec.ipFamilyPolicy ?? (isUnmanaged(service) ? 'RequireDualStack' : 'SingleStack');
  if (old !== undefined && spec.ipFamilyPolicy === 'SingleStack') shrink(service, old);
  const families = spec.ipFamilies ?? [];
  const addresses = spec.clusterIP === HEADLESS ? [] : (spec.clusterIPs ?? []);
  if (addresses.slice(families.length).some((ip) => familyOf(ip) === own) && !families.includes(own)) families.push(own);
  if (families.length === 0 && addresses.length === 0) families.push(own);
  if (isUnmanaged(service) && families.length < 2 && spec.ipFamilyPolicy !== 'SingleStack') families.push(families[0] === 'IPv4' ? 'IPv6' : 'IPv4');
  if (families.length > 0) spec.ipFamilies = families;
}

/** Asking for one family, with the lists as they were, is asking for the first of them. */
function shrink({ spec }: DefaultedService, { spec: old }: DefaultedService): void {
  if ((spec.clusterIPs ?? []).length > 1 && semanticEqual(spec.clusterIPs, old.clusterIPs)) spec.clusterIPs = spec.clusterIPs!.slice(0, 1);
  if ((spec.ipFamilies ?? []).length > 1 && semanticEqual(spec.ipFamilies, old.ipFamilies)) spec.ipFamilies = spec.ipFamilies!.slice(0, 1);
}

/** Whether a cluster with one family can give what is asked for. */
export function validateFamilies(service: DefaultedService, old: DefaultedService | undefined): FieldError[] {
  const { spec } = service;
  if (spec.type === 'ExternalName') return [];
  const errors = contradictions(service, old);
  if (errors.length > 0 || isUnmanaged(service)) return errors;
  if (spec.ipFamilyPolicy === 'RequireDualStack') errors.push(invalid(policyPath, spec.ipFamilyPolicy, 'this cluster is not configured for dual-stack services'));
  spec.ipFamilies?.forEach((family, index) => {
    if (family !== own) errors.push(invalid(specPath.child('ipFamilies').index(index), family, 'not configured on this cluster'));
  });
  return errors;
}

function contradictions({ spec }: DefaultedService, old: DefaultedService | undefined): FieldError[] {
  const errors: FieldError[] = [];
  const { clusterIPs = [], ipFamilies = [], ipFamilyPolicy } = spec;
  const refuse = (detail: string): unknown => errors.push(invalid(policyPath, ipFamilyPolicy, detail));
  if (ipFamilyPolicy === 'SingleStack') {
    if (clusterIPs.length === 2) refuse("must be 'RequireDualStack' or 'PreferDualStack' when multiple cluster IPs are specified");
    if (ipFamilies.length === 2) refuse("must be 'RequireDualStack' or 'PreferDualStack' when multiple IP families are specified");
  } else if (old !== undefined) {
    if (clusterIPs.length === 1 && old.spec.clusterIPs?.length === 2) refuse("must be 'SingleStack' to release the secondary cluster IP");
    if (ipFamilies.length === 1 && old.spec.ipFamilies?.length === 2) refuse("must be 'SingleStack' to release the secondary IP family");
  }
  clusterIPs.forEach((ip, index) => {
    if (familyOf(ip) === 'IPv6' && ipFamilies[index] !== 'IPv6') errors.push(invalid(specPath.child('clusterIPs').index(index), clusterIPs, 'IPv6 is not configured on this cluster'));
  });
  return errors;
}
