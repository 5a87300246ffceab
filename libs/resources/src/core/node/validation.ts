import { duplicate, forbidden, nameIsDNSSubdomain, path } from '@gantry/apimachinery';
import type { FieldError } from '@gantry/apimachinery';
import { validateCidr } from '../../addresses.js';
import { validateMetadata, validateMetadataUpdate } from '../../metadata-validation.js';
import { validateResourceQuantity } from '../pod-spec/validation/resources.js';
import { validateTaints } from '../pod-spec/validation/scheduling.js';
import { semanticEqual } from '../../semantic-equal.js';
import type { DefaultedNode } from './defaults.js';

const metadataPath = path('metadata');
const specPath = path('spec');
const statusPath = path('status');

/** A node to be created. */
export function validateNode(node: DefaultedNode): FieldError[] {
  const errors = validateMetadata(node.metadata, false, nameIsDNSSubdomain, metadataPath);
  validateOwnParts(node, errors);
  validateRanges(node, errors);
  return errors;
}

/** An update: what a provider has set once stays. */
export function validateNodeUpdate(node: DefaultedNode, old: DefaultedNode): FieldError[] {
  const errors = validateMetadataUpdate(node.metadata, old.metadata, metadataPath);
  validateOwnParts(node, errors);
  validateAddresses(node, errors);
  if ((old.spec.podCIDRs ?? []).length === 0) validateRanges(node, errors);
  else if (!semanticEqual(node.spec.podCIDRs, old.spec.podCIDRs)) {
    errors.push(forbidden(specPath.child('podCIDRs'), 'node updates may not change podCIDR except from "" to valid'));
  }
  if (old.spec.providerID && old.spec.providerID !== node.spec.providerID) {
    errors.push(forbidden(specPath.child('providerID'), 'node updates may not change providerID except from "" to valid'));
  }
  return errors;
}

function validateOwnParts({ spec, status }: DefaultedNode, errors: FieldError[]): void {
  // Upstream names the taints as a part of metadata.
  if (spec.taints !== undefined) validateTaints(spec.taints, metadataPath.child('taints'), errors);
  for (const field of ['capacity', 'allocatable'] as const) {
    const list = status[field];
    for (const name in list) validateResourceQuantity(name, list[name] ?? '', statusPath.child(field).child(name), errors);
  }
}

function validateRanges({ spec: { podCIDRs = [] } }: DefaultedNode, errors: FieldError[]): void {
  podCIDRs.forEach((range, index) => validateCidr(range, specPath.child('podCIDRs').index(index), errors));
}

function validateAddresses({ status }: DefaultedNode, errors: FieldError[]): void {
  const seen = new Set<string>();
  status.addresses?.forEach((address, index) => {
    const id = `${address.type} ${address.address}`;
    if (seen.has(id)) errors.push(duplicate(statusPath.child('addresses').index(index), address));
    seen.add(id);
  });
}
