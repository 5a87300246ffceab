import type { coreV1 } from '@gantry/api-types';
import { invalid, isDNS1123Label, isDNS1123Subdomain, isPortNumber, isQualifiedName, nameIsDNSSubdomain, notSupported, path, required } from '@gantry/apimachinery';
import type { FieldError, FieldPath } from '@gantry/apimachinery';
import { validateIP, validateNonSpecialIP } from '../../addresses.js';
import { validateMetadata, validateMetadataUpdate } from '../../metadata-validation.js';
import { semanticEqual } from '../../semantic-equal.js';
import type { DefaultedEndpoints } from './defaults.js';

const metadataPath = path('metadata');
const subsetsPath = path('subsets');
const protocols = ['SCTP', 'TCP', 'UDP'];

/** Endpoints to be created. */
export function validateEndpoints(endpoints: DefaultedEndpoints): FieldError[] {
  const errors = validateMetadata(endpoints.metadata, true, nameIsDNSSubdomain, metadataPath);
  validateSubsets(endpoints.subsets, errors);
  return errors;
}

/** An update: subsets that stay as they were are not judged by rules that came after them. */
export function validateEndpointsUpdate(endpoints: DefaultedEndpoints, old: DefaultedEndpoints): FieldError[] {
  const errors = validateMetadataUpdate(endpoints.metadata, old.metadata, metadataPath);
  if (!semanticEqual(endpoints.subsets, old.subsets)) validateSubsets(endpoints.subsets, errors);
  return errors;
}

function validateSubsets(subsets: readonly coreV1.EndpointSubset[] = [], errors: FieldError[]): void {
  subsets.forEach(({ addresses = [], notReadyAddresses = [], ports = [] }, index) => {
    const at = subsetsPath.index(index);
    if (addresses.length + notReadyAddresses.length === 0) errors.push(required(at, 'must specify `addresses` or `notReadyAddresses`'));
    addresses.forEach((address, position) => validateAddress(address, at.child('addresses').index(position), errors));
    notReadyAddresses.forEach((address, position) => validateAddress(address, at.child('notReadyAddresses').index(position), errors));
    ports.forEach((port, position) => validatePort(port, ports.length > 1, at.child('ports').index(position), errors));
  });
}

function validateAddress({ ip, hostname, nodeName }: coreV1.EndpointAddress, at: FieldPath, errors: FieldError[]): void {
  const isGood = validateIP(ip, at.child('ip'), errors);
  if (hostname) for (const problem of isDNS1123Label(hostname)) errors.push(invalid(at.child('hostname'), hostname, problem));
  if (nodeName !== undefined) for (const problem of isDNS1123Subdomain(nodeName)) errors.push(invalid(at.child('nodeName'), nodeName, problem));
  if (isGood) validateNonSpecialIP(ip, at.child('ip'), errors);
}

function validatePort({ name = '', port, protocol, appProtocol }: coreV1.EndpointPort, mustHaveName: boolean, at: FieldPath, errors: FieldError[]): void {
  if (name !== '') for (const problem of isDNS1123Label(name)) errors.push(invalid(at.child('name'), name, problem));
  else if (mustHaveName) errors.push(required(at.child('name')));
  for (const problem of isPortNumber(port)) errors.push(invalid(at.child('port'), port, problem));
  if (!protocol) errors.push(required(at.child('protocol')));
  else if (!protocols.includes(protocol)) errors.push(notSupported(at.child('protocol'), protocol, protocols));
  if (appProtocol !== undefined) for (const problem of isQualifiedName(appProtocol)) errors.push(invalid(at.child('appProtocol'), appProtocol, problem));
}
