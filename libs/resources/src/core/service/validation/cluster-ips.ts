import { duplicate, invalid, notSupported, path, required } from '@gantry/apimachinery';
import type { FieldError } from '@gantry/apimachinery';
import { familyOf, validateIP } from '../../../addresses.js';
import { HEADLESS, isHeadless } from '../types.js';
import type { DefaultedService } from '../types.js';

const specPath = path('spec');
const ipsPath = specPath.child('clusterIPs');
const familiesPath = specPath.child('ipFamilies');
const families = ['IPv4', 'IPv6'];
const policies = ['PreferDualStack', 'RequireDualStack', 'SingleStack'];

/** `clusterIP`, `clusterIPs`, `ipFamilies` and `ipFamilyPolicy`: each by itself and all together. */
export function validateClusterIPs(service: DefaultedService): FieldError[] {
  const errors: FieldError[] = [];
  const { spec } = service;
  if (spec.type === 'ExternalName') return errors;
  validateAgreement(service, errors);
  const seen = new Set<string>();
  spec.ipFamilies?.forEach((family, index) => {
    if (!families.includes(family)) errors.push(notSupported(familiesPath.index(index), family, families));
    if (seen.has(family)) errors.push(duplicate(familiesPath.index(index), family));
    seen.add(family);
  });
  if (spec.ipFamilyPolicy !== undefined && !policies.includes(spec.ipFamilyPolicy)) errors.push(notSupported(specPath.child('ipFamilyPolicy'), spec.ipFamilyPolicy, policies));
  if (areWellFormed(spec.clusterIPs ?? [], errors)) validateTogether(service, errors);
  return errors;
}

function validateAgreement({ spec: { clusterIP, clusterIPs = [] } }: DefaultedService, errors: FieldError[]): void {
  if (!clusterIP) {
    if (clusterIPs.length > 0) errors.push(invalid(ipsPath, clusterIPs, 'must be empty when `clusterIP` is not specified'));
  } else if (clusterIPs.length === 0) {
    errors.push(required(ipsPath));
  } else if (clusterIPs[0] !== clusterIP) {
    errors.push(invalid(ipsPath, clusterIPs, 'first value must match `clusterIP`'));
  }
}

function areWellFormed(clusterIPs: readonly string[], errors: FieldError[]): boolean {
  let isGood = true;
  clusterIPs.forEach((ip, index) => {
    if (index > 0 || ip !== HEADLESS) {
      isGood = validateIP(ip, ipsPath.index(index), errors) && isGood;
    } else if (clusterIPs.length > 1) {
      errors.push(invalid(ipsPath, clusterIPs, "'None' must be the first and only value"));
      isGood = false;
    }
  });
  if (clusterIPs.length > 2) errors.push(invalid(ipsPath, clusterIPs, 'may only hold up to 2 values'));
  return isGood;
}

function validateTogether(service: DefaultedService, errors: FieldError[]): void {
  const { clusterIPs = [], ipFamilies = [] } = service.spec;
  if (clusterIPs.length > 1 && new Set(clusterIPs.map(familyOf)).size < 2) errors.push(invalid(ipsPath, clusterIPs, 'may specify no more than one IP for each IP family'));
  if (isHeadless(service)) return;
  clusterIPs.slice(0, ipFamilies.length).forEach((ip, index) => {
    const family = ipFamilies[index]!;
    if (families.includes(family) && familyOf(ip) !== family) errors.push(invalid(ipsPath.index(index), ip, `expected an ${family} value as indicated by \`ipFamilies[${String(index)}]\``));
  });
}
