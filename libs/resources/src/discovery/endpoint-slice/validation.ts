import { isIPv4 } from 'node:net';
import type { discoveryV1 } from '@gantry/api-types';
import { duplicate, invalid, isDNS1123Label, isDNS1123Subdomain, isLabelValue, isQualifiedName, nameIsDNSSubdomain, notSupported, path, required, tooMany, validateImmutable } from '@gantry/apimachinery';
import type { FieldError, FieldPath } from '@gantry/apimachinery';
import { familyOf, validateCanonicalIP, validateNonSpecialIP } from '../../addresses.js';
import { validateMetadata, validateMetadataUpdate } from '../../metadata-validation.js';
import { semanticEqual } from '../../semantic-equal.js';
import type { DefaultedEndpointSlice } from './defaults.js';

const metadataPath = path('metadata');
const addressTypes = ['FQDN', 'IPv4', 'IPv6'];
const protocols = ['SCTP', 'TCP', 'UDP'];
const limits = { endpoints: 1000, addresses: 100, ports: 20_000, hints: 8 };

/** An EndpointSlice to be created, or a changed one: endpoints that stay as they were are not judged again. */
export function validateEndpointSlice(slice: DefaultedEndpointSlice, old?: DefaultedEndpointSlice): FieldError[] {
  const errors = validateMetadata(slice.metadata, true, nameIsDNSSubdomain, metadataPath);
  const { addressType, ports = [], endpoints } = slice;
  if (!addressType) errors.push(required(path('addressType')));
  else if (!addressTypes.includes(addressType)) errors.push(notSupported(path('addressType'), addressType, addressTypes));
  validatePorts(ports, path('ports'), errors);
  if (old === undefined || !semanticEqual(endpoints, old.endpoints)) validateEndpoints(endpoints, addressType, path('endpoints'), errors);
  return errors;
}

/** An update: the type of the addresses stays. */
export function validateEndpointSliceUpdate(slice: DefaultedEndpointSlice, old: DefaultedEndpointSlice): FieldError[] {
  return [
    ...validateMetadataUpdate(slice.metadata, old.metadata, metadataPath),
    ...validateEndpointSlice(slice, old),
    ...validateImmutable(slice.addressType, old.addressType, path('addressType')),
  ];
}

function validateEndpoints(endpoints: readonly discoveryV1.Endpoint[], addressType: string, at: FieldPath, errors: FieldError[]): void {
  if (endpoints.length > limits.endpoints) return void errors.push(tooMany(at, endpoints.length, limits.endpoints));
  endpoints.forEach((endpoint, index) => validateEndpoint(endpoint, addressType, at.index(index), errors));
}

function validateEndpoint({ addresses = [], nodeName, hostname, hints }: discoveryV1.Endpoint, addressType: string, at: FieldPath, errors: FieldError[]): void {
  const addressesPath = at.child('addresses');
  if (addresses.length === 0) errors.push(required(addressesPath, 'must contain at least 1 address'));
  if (addresses.length > limits.addresses) errors.push(tooMany(addressesPath, addresses.length, limits.addresses));
  addresses.forEach((address, index) => validateAddress(address, addressType, addressesPath.index(index), errors));
  if (nodeName !== undefined) for (const problem of isDNS1123Subdomain(nodeName)) errors.push(invalid(at.child('nodeName'), nodeName, problem));
  if (hostname !== undefined) for (const problem of isDNS1123Label(hostname)) errors.push(invalid(at.child('hostname'), hostname, problem));
  if (hints === undefined) return;
  validateHints(hints.forZones ?? [], at.child('hints').child('forZones'), isLabelValue, errors);
  validateHints(hints.forNodes ?? [], at.child('hints').child('forNodes'), isDNS1123Subdomain, errors);
}

function validateAddress(address: string, addressType: string, at: FieldPath, errors: FieldError[]): void {
  if (addressType === 'FQDN') return validateDomain(address, at, errors);
  if (!addressTypes.includes(addressType)) return;
  const isGood = addressType === 'IPv4' ? isIPv4(address) : familyOf(address) === 'IPv6';
  if (!isGood) errors.push(invalid(at, address, `must be a valid ${addressType} address`));
  else {
    validateCanonicalIP(address, at, errors);
    validateNonSpecialIP(address, at, errors);
  }
}

function validateDomain(domain: string, at: FieldPath, errors: FieldError[]): void {
  if (domain === '') return void errors.push(required(at));
  const name = domain.replace(/\.$/, '');
  const problems = isDNS1123Subdomain(name);
  for (const problem of problems) errors.push(invalid(at, name, problem));
  if (problems.length === 0 && !name.includes('.')) errors.push(invalid(at, name, 'should be a domain with at least two segments separated by dots'));
}

function validateHints(hints: readonly { readonly name: string }[], at: FieldPath, check: (name: string) => readonly string[], errors: FieldError[]): void {
  if (hints.length > limits.hints) return void errors.push(tooMany(at, hints.length, limits.hints));
  const seen = new Set<string>();
  hints.forEach(({ name }, index) => {
    const namePath = at.index(index).child('name');
    if (seen.has(name)) errors.push(duplicate(namePath, name));
    seen.add(name);
    for (const problem of check(name)) errors.push(invalid(namePath, name, problem));
  });
}

function validatePorts(ports: readonly discoveryV1.EndpointPort[], at: FieldPath, errors: FieldError[]): void {
  if (ports.length > limits.ports) return void errors.push(tooMany(at, ports.length, limits.ports));
  const names = new Set<string>();
  ports.forEach(({ name = '', protocol, appProtocol }, index) => {
    const here = at.index(index);
    if (name !== '') for (const problem of isDNS1123Label(name)) errors.push(invalid(here.child('name'), name, problem));
    if (names.has(name)) errors.push(duplicate(here.child('name'), name));
    names.add(name);
    if (protocol === undefined) errors.push(required(here.child('protocol')));
    else if (!protocols.includes(protocol)) errors.push(notSupported(here.child('protocol'), protocol, protocols));
    if (appProtocol !== undefined) for (const problem of isQualifiedName(appProtocol)) errors.push(invalid(here.child('appProtocol'), appProtocol, problem));
  });
}
