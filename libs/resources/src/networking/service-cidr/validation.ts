import { invalid, nameIsDNSSubdomain, path, required, validateImmutable } from '@gantry/apimachinery';
import type { FieldError } from '@gantry/apimachinery';
import { familyOf, validateCanonicalCidr } from '../../addresses.js';
import { validateMetadata, validateMetadataUpdate } from '../../metadata-validation.js';
import type { DefaultedServiceCIDR } from './defaults.js';

const metadataPath = path('metadata');
const cidrsPath = path('spec').child('cidrs');

/** A ServiceCIDR to be created. */
export function validateServiceCIDR({ metadata, spec }: DefaultedServiceCIDR): FieldError[] {
  const errors = validateMetadata(metadata, false, nameIsDNSSubdomain, metadataPath);
  const { cidrs = [] } = spec;
  if (cidrs.length === 0) return [...errors, required(cidrsPath, 'at least one CIDR required')];
  if (cidrs.length > 2) return [...errors, invalid(cidrsPath, spec, 'may only hold up to 2 values')];
  if (cidrs.length === 2 && new Set(cidrs.map((cidr) => familyOf(cidr.split('/')[0] ?? ''))).size < 2) {
    return [...errors, invalid(cidrsPath, spec, 'may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64')];
  }
  cidrs.forEach((cidr, index) => validateCanonicalCidr(cidr, cidrsPath.index(index), errors));
  return errors;
}

/** An update: the ranges stay. */
export function validateServiceCIDRUpdate(range: DefaultedServiceCIDR, old: DefaultedServiceCIDR): FieldError[] {
  return [...validateServiceCIDRStatusUpdate(range, old), ...validateImmutable(range.spec.cidrs, old.spec.cidrs, cidrsPath)];
}

/** An update of the status. */
export function validateServiceCIDRStatusUpdate({ metadata }: DefaultedServiceCIDR, old: DefaultedServiceCIDR): FieldError[] {
  return validateMetadataUpdate(metadata, old.metadata, metadataPath);
}
