import type { coreV1 } from '@gantry/api-types';
import { goQuote } from '@gantry/apimachinery';
import type { FieldPath } from '@gantry/apimachinery';
import { eachContainer } from './containers.js';
import { isEnough } from './most-warnings.js';

type Port = coreV1.ContainerPort;

/** Ports of one number that a further one is compared with. */
const COMPARED = 100;

interface PlacedPort {
  readonly at: FieldPath;
  readonly port: Port;
}

/** Ports that containers of a pod share. */
export function portWarnings(spec: coreV1.PodSpec, at: FieldPath, warnings: string[]): void {
  const byNumber = new Map<string, PlacedPort[]>();
  const names: [string, FieldPath][] = [];
  eachContainer(spec, at, ({ ports }, here) => {
    ports?.forEach((port, index) => {
      const placed = { port, at: here.child('ports').index(index) };
      if (port.hostIP && !port.hostPort) warnings.push(`${placed.at.toString()}: hostIP set without hostPort: ${goPort(port)}`);
      numberWarnings(placed, byNumber, warnings);
      if (port.name) names.push([port.name, placed.at]);
    });
  });
  if (names.length > 1) nameWarnings(names, warnings);
}

function numberWarnings(placed: PlacedPort, byNumber: Map<string, PlacedPort[]>, warnings: string[]): void {
  const key = `${String(placed.port.containerPort)}/${placed.port.protocol ?? ''}`;
  const others = byNumber.get(key);
  if (others === undefined) return void byNumber.set(key, [placed]);
  for (const other of isEnough(warnings) ? [] : others) {
    const relation = relationOf(placed.port, other.port);
    if (relation !== undefined) warnings.push(`${placed.at.toString()}: ${relation} port definition with ${other.at.toString()}`);
  }
  if (others.length < COMPARED) others.push(placed);
}

function relationOf({ hostIP = '', hostPort = 0 }: Port, { hostIP: otherIP = '', hostPort: otherPort = 0 }: Port): string | undefined {
  if (hostIP === otherIP && hostPort === otherPort) return 'duplicate';
  if (hostPort === 0 || otherPort === 0) return 'overlapping';
  return hostPort === otherPort && (hostIP === '') !== (otherIP === '') ? 'dangerously ambiguous' : undefined;
}

function nameWarnings(names: readonly (readonly [name: string, at: FieldPath])[], warnings: string[]): void {
  const first = new Map<string, FieldPath>();
  for (const [name, at] of names) {
    const other = first.get(name)?.toString();
    if (other === undefined) first.set(name, at);
    else warnings.push(`${at.toString()}: duplicate port name ${goQuote(name)} with ${other}, services and probes that select ports by name will use ${other}`);
  }
}

/** As Go prints it. */
function goPort({ name = '', hostPort = 0, containerPort, protocol = '', hostIP = '' }: Port): string {
  return `{Name:${name} HostPort:${String(hostPort)} ContainerPort:${String(containerPort)} Protocol:${protocol} HostIP:${hostIP}}`;
}
