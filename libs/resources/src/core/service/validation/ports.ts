import type { coreV1 } from '@gantry/api-types';
import { duplicate, forbidden, invalid, isDNS1123Label, isPortNumber, isQualifiedName, notSupported, path, required } from '@gantry/apimachinery';
import type { FieldError, FieldPath } from '@gantry/apimachinery';
import { validatePortReference } from '../../pod-spec/validation/ports.js';
import type { DefaultedService } from '../types.js';

const portsPath = path('spec').child('ports');
const protocols = ['SCTP', 'TCP', 'UDP'];

/** The ports of a Service. */
export function validatePorts({ spec: { ports = [], type } }: DefaultedService, errors: FieldError[]): void {
  const names = new Set<string>();
  ports.forEach((port, index) => validatePort(port, ports.length > 1, names, portsPath.index(index), errors));
  if (type === 'ClusterIP') {
    ports.forEach(({ nodePort }, index) => {
      if (nodePort) errors.push(forbidden(portsPath.index(index).child('nodePort'), "may not be used when `type` is 'ClusterIP'"));
    });
  }
  validateUnique(ports, errors);
}

function validatePort(port: coreV1.ServicePort, mustHaveName: boolean, names: Set<string>, at: FieldPath, errors: FieldError[]): void {
  const { name = '', protocol, appProtocol } = port;
  if (name === '') {
    if (mustHaveName) errors.push(required(at.child('name')));
  } else {
    for (const problem of isDNS1123Label(name)) errors.push(invalid(at.child('name'), name, problem));
    if (names.has(name)) errors.push(duplicate(at.child('name'), name));
    names.add(name);
  }
  for (const problem of isPortNumber(port.port)) errors.push(invalid(at.child('port'), port.port, problem));
  if (!protocol) errors.push(required(at.child('protocol')));
  else if (!protocols.includes(protocol)) errors.push(notSupported(at.child('protocol'), protocol, protocols));
  validatePortReference(port.targetPort, at.child('targetPort'), errors);
  if (appProtocol !== undefined) for (const problem of isQualifiedName(appProtocol)) errors.push(invalid(at.child('appProtocol'), appProtocol, problem));
}

/** A protocol and number once, as port and as node port. */
function validateUnique(ports: readonly coreV1.ServicePort[], errors: FieldError[]): void {
  const [seen, seenOnNodes] = [new Set<string>(), new Set<string>()];
  ports.forEach(({ protocol = '', nodePort }, index) => {
    const key = `${protocol}/${String(nodePort)}`;
    if (nodePort && seenOnNodes.has(key)) errors.push(duplicate(portsPath.index(index).child('nodePort'), nodePort));
    seenOnNodes.add(key);
  });
  ports.forEach(({ protocol = '', port }, index) => {
    const key = `${protocol}/${String(port)}`;
    if (seen.has(key)) errors.push(duplicate(portsPath.index(index), { port, protocol, targetPort: 0 }));
    seen.add(key);
  });
}
