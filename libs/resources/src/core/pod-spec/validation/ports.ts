import type { coreV1 } from '@gantry/api-types';
import { duplicate, invalid, isPortName, isPortNumber, notSupported, required } from '@gantry/apimachinery';
import type { FieldError, FieldPath } from '@gantry/apimachinery';

const protocols = ['SCTP', 'TCP', 'UDP'];

/** The ports of one container. */
export function validatePorts(ports: readonly coreV1.ContainerPort[], at: FieldPath, errors: FieldError[]): void {
  const names = new Set<string>();
  ports.forEach((port, index) => {
    const here = at.index(index);
    if (port.name) validateName(port.name, names, here.child('name'), errors);
    if (!port.containerPort) errors.push(required(here.child('containerPort')));
    else for (const problem of isPortNumber(port.containerPort)) errors.push(invalid(here.child('containerPort'), port.containerPort, problem));
    if (port.hostPort) for (const problem of isPortNumber(port.hostPort)) errors.push(invalid(here.child('hostPort'), port.hostPort, problem));
    if (!port.protocol) errors.push(required(here.child('protocol')));
    else if (!protocols.includes(port.protocol)) errors.push(notSupported(here.child('protocol'), port.protocol, protocols));
  });
}

function validateName(name: string, names: Set<string>, at: FieldPath, errors: FieldError[]): void {
  const problems = isPortName(name);
  for (const problem of problems) errors.push(invalid(at, name, problem));
  if (problems.length > 0) return;
  if (names.has(name)) errors.push(duplicate(at, name));
  names.add(name);
}

/** Two containers of a pod cannot have the same port of the node. */
export function validateHostPortConflicts(containers: readonly coreV1.Container[], at: FieldPath, errors: FieldError[]): void {
  const taken = new Set<string>();
  containers.forEach(({ ports }, index) => {
    ports?.forEach(({ protocol = '', hostIP = '', hostPort }, position) => {
      if (!hostPort) return;
      const key = `${protocol}/${hostIP}/${String(hostPort)}`;
      if (taken.has(key)) errors.push(duplicate(at.index(index).child('ports').index(position).child('hostPort'), key));
      taken.add(key);
    });
  });
}

/** In the node's network a container's port is the node's. */
export function validateHostNetworkPorts(containers: readonly coreV1.Container[], at: FieldPath, errors: FieldError[]): void {
  containers.forEach(({ ports }, index) => {
    ports?.forEach(({ hostPort, containerPort }, position) => {
      if (!hostPort || hostPort === containerPort) return;
      errors.push(invalid(at.index(index).child('ports').index(position).child('hostPort'), hostPort, 'must match `containerPort` when `hostNetwork` is true'));
    });
  });
}

/** A port by number or by name, as probes refer to it. */
export function validatePortReference(port: number | string | undefined, at: FieldPath, errors: FieldError[]): void {
  const value = port ?? 0;
  const problems = typeof value === 'string' ? isPortName(value) : isPortNumber(value);
  for (const problem of problems) errors.push(invalid(at, value, problem));
}
