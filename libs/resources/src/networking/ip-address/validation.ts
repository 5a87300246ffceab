import { invalid, isDNS1123Subdomain, nameIsPathSegment, path, required, validateImmutable } from '@gantry/apimachinery';
import type { FieldError, NameCheck } from '@gantry/apimachinery';
import { canonicalIP, familyOf } from '../../addresses.js';
import { validateMetadata, validateMetadataUpdate } from '../../metadata-validation.js';
import type { DefaultedIPAddress } from './defaults.js';

const metadataPath = path('metadata');
const parentPath = path('spec').child('parentRef');

/** The name is the address, in the one form that there is of it. */
const nameIsAddress: NameCheck = (name) => {
  if (familyOf(name) === undefined) return ['must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'];
  const canonical = canonicalIP(name);
  return canonical === name ? [] : [`must be in canonical form ("${canonical}")`];
};

/** An IPAddress to be created. */
export function validateIPAddress({ metadata, spec: { parentRef } }: DefaultedIPAddress): FieldError[] {
  const errors = validateMetadata(metadata, false, nameIsAddress, metadataPath);
  if (parentRef === undefined) return [...errors, required(parentPath)];
  const { group, resource, name, namespace } = parentRef;
  if (group) for (const problem of isDNS1123Subdomain(group)) errors.push(invalid(parentPath.child('group'), group, problem));
  validateSegment('resource', resource, true, errors);
  validateSegment('name', name, true, errors);
  validateSegment('namespace', namespace, false, errors);
  return errors;
}

function validateSegment(field: string, value: string | undefined, isRequired: boolean, errors: FieldError[]): void {
  if (value) for (const problem of nameIsPathSegment(value, false)) errors.push(invalid(parentPath.child(field), value, problem));
  else if (isRequired) errors.push(required(parentPath.child(field)));
}

/** An update: whose it is stays. */
export function validateIPAddressUpdate(address: DefaultedIPAddress, old: DefaultedIPAddress): FieldError[] {
  return [...validateMetadataUpdate(address.metadata, old.metadata, metadataPath), ...validateImmutable(address.spec.parentRef, old.spec.parentRef, parentPath)];
}
