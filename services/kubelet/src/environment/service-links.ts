import type { coreV1 } from '@gantry/api-types';
import type { EnvironmentVariable } from './environment.js';

/** The Service that every pod is told of. */
const API = { namespace: 'default', name: 'kubernetes' };

/**
 * Variables that tell a container of Services: those of the pod's namespace where `links`, and always the API's own. The names and forms
 * are those of Docker's former links.
 */
export function serviceVariables(services: readonly coreV1.Service[], namespace: string, links: boolean): EnvironmentVariable[] {
  const shown = new Map<string, coreV1.Service>();
  for (const service of services) {
    const { name = '', namespace: home } = service.metadata ?? {};
    const own = links && home === namespace;
    const isApi = home === API.namespace && name === API.name;
    // A Service of the pod's own namespace comes before the API's of the same name.
    if (hasAddress(service) && (own || (isApi && !shown.has(name)))) shown.set(name, service);
  }
  return [...shown.values()].flatMap(variablesOf);
}

function hasAddress({ spec }: coreV1.Service): boolean {
  return spec?.clusterIP !== undefined && spec.clusterIP !== '' && spec.clusterIP !== 'None';
}

function variablesOf({ metadata, spec }: coreV1.Service): EnvironmentVariable[] {
  const prefix = variableName(metadata?.name ?? '');
  const address = spec?.clusterIP ?? '';
  const ports = spec?.ports ?? [];
  const [first] = ports;
  return [
    { name: `${prefix}_SERVICE_HOST`, value: address },
    ...(first === undefined ? [] : [{ name: `${prefix}_SERVICE_PORT`, value: String(first.port) }]),
    ...ports.flatMap(({ name, port }) => (name === undefined || name === '' ? [] : [{ name: `${prefix}_SERVICE_PORT_${variableName(name)}`, value: String(port) }])),
    ...(first === undefined ? [] : [{ name: `${prefix}_PORT`, value: urlOf(address, first) }]),
    ...ports.flatMap((port) => linkOf(`${prefix}_PORT_${port.port}_${protocolOf(port)}`, address, port)),
  ];
}

function linkOf(prefix: string, address: string, port: coreV1.ServicePort): EnvironmentVariable[] {
  return [
    { name: prefix, value: urlOf(address, port) },
    { name: `${prefix}_PROTO`, value: protocolOf(port).toLowerCase() },
    { name: `${prefix}_PORT`, value: String(port.port) },
    { name: `${prefix}_ADDR`, value: address },
  ];
}

function urlOf(address: string, port: coreV1.ServicePort): string {
  return `${protocolOf(port).toLowerCase()}://${address.includes(':') ? `[${address}]` : address}:${port.port}`;
}

function protocolOf({ protocol = 'TCP' }: coreV1.ServicePort): string {
  return protocol;
}

function variableName(name: string): string {
  return name.toUpperCase().replaceAll('-', '_');
}
