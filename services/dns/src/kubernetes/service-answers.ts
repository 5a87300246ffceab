import { isIP } from 'node:net';
import type { coreV1 } from '@gantry/api-types';
import { TYPE } from '../wire/codes.js';
import { addressRecord, parseAddress, srvRecord, type Address } from '../wire/records.js';
import { clusterIPsOf, type Catalog } from './catalog.js';
import { viewSlice, type Endpoint, type EndpointPort, type SliceView } from './endpoints.js';
import { NO_DATA, NO_NAME, recordsOrNoData, type Outcome } from './outcome.js';

/** Which of a Service's ports are asked for; undefined parts stand for all. */
export interface PortQuery {
  readonly name?: string;
  readonly protocol?: string;
}

export interface ServiceQuery {
  readonly catalog: Catalog;
  readonly service: coreV1.Service;
  /** `web.default.svc.cluster.local` */
  readonly name: string;
  readonly type: number;
  /** Seconds. */
  readonly ttl: number;
}

/** The name of a Service itself. */
export function answerService(query: ServiceQuery): Outcome {
  const { service, type, ttl } = query;
  if (service.spec?.type === 'ExternalName') return answerExternalName(service);
  if (type === TYPE.SRV) return answerPorts(query, {});
  const addresses = isHeadless(service) ? readyEndpoints(query).map(({ address }) => address) : clusterAddresses(service);
  // The specification wants a headless Service without ready endpoints not to be found.
  if (addresses.length === 0) return isHeadless(service) ? NO_NAME : NO_DATA;
  return recordsOrNoData(addresses.filter((address) => address.type === type).map((address) => addressRecord(undefined, address, ttl)));
}

/** An address as an external name is a name of digits that nobody has. */
function answerExternalName({ spec }: coreV1.Service): Outcome {
  const target = (spec?.externalName ?? '').replace(/\.$/, '');
  return target === '' || isIP(target) !== 0 ? NO_NAME : { kind: 'alias', target };
}

/** The name of one endpoint of a Service: its hostname, or its address with dashes. */
export function answerEndpoint(query: ServiceQuery, host: string): Outcome {
  const endpoints = readyEndpoints(query, host);
  if (endpoints.length === 0) return hasProtocol(query, host) ? NO_DATA : NO_NAME;
  const { type, ttl } = query;
  if (type === TYPE.SRV) return srvOfEndpoints(query, {}, host);
  return recordsOrNoData(endpoints.filter(({ address }) => address.type === type).map(({ address }) => addressRecord(undefined, address, ttl)));
}

/** `_http._tcp.web…`, for which the name is there when a port fits. */
export function answerPorts(query: ServiceQuery, asked: PortQuery): Outcome {
  const outcome = isHeadless(query.service) ? srvOfEndpoints(query, asked) : srvOfService(query, asked);
  const found = outcome.kind === 'records';
  if (!found) return asked.name === undefined ? outcome : NO_NAME;
  return query.type === TYPE.SRV ? outcome : NO_DATA;
}

function srvOfService({ service, name, ttl }: ServiceQuery, asked: PortQuery): Outcome {
  const ports = portsOfService(service).filter((port) => fits(port, asked));
  const answers = ports.map(({ port }) => srvRecord(name, { port, weight: weightOf(ports.length) }, ttl));
  return recordsOrNoData(answers, clusterAddresses(service).map((address) => addressRecord(name, address, ttl)));
}

function srvOfEndpoints(query: ServiceQuery, asked: PortQuery, host?: string): Outcome {
  const { name, ttl } = query;
  const targets = slicesOf(query).flatMap((slice) => {
    const ports = slice.ports.filter((port) => fits(port, asked));
    return readyIn(slice, query.service, host).flatMap((endpoint) => ports.map(({ port }) => ({ port, endpoint, target: `${endpoint.host}.${name}` })));
  });
  if (targets.length === 0) return readyEndpoints(query, host).length === 0 ? NO_NAME : NO_DATA;
  const weight = weightOf(targets.length);
  const answers = unique(targets, ({ target, port }) => `${target} ${port}`).map(({ target, port }) => srvRecord(target, { port, weight }, ttl));
  const addresses = unique(targets, ({ target, endpoint }) => `${target} ${endpoint.address.text}`);
  return recordsOrNoData(answers, addresses.map(({ target, endpoint }) => addressRecord(target, endpoint.address, ttl)));
}

/** Equal parts of 100, the least that counts being 1. */
function weightOf(count: number): number {
  return Math.max(1, Math.floor(100 / count));
}

function fits(port: EndpointPort, { name, protocol }: PortQuery): boolean {
  return (name === undefined || port.name === name) && (protocol === undefined || port.protocol === protocol);
}

/** Whether `_tcp` stands above names of ports. */
function hasProtocol(query: ServiceQuery, label: string): boolean {
  if (!label.startsWith('_')) return false;
  const ports = isHeadless(query.service) ? slicesOf(query).flatMap((slice) => slice.ports) : portsOfService(query.service);
  return ports.some(({ name, protocol }) => name !== '' && protocol === label.slice(1));
}

function portsOfService({ spec }: coreV1.Service): EndpointPort[] {
  return (spec?.ports ?? []).map(({ name = '', protocol = 'TCP', port }) => ({ name, protocol: protocol.toLowerCase(), port }));
}

function isHeadless({ spec }: coreV1.Service): boolean {
  return spec?.clusterIP === 'None';
}

function clusterAddresses(service: coreV1.Service): Address[] {
  return clusterIPsOf(service).flatMap((text) => parseAddress(text) ?? []);
}

function slicesOf({ catalog, service: { metadata } }: ServiceQuery): SliceView[] {
  return catalog.slices(metadata?.namespace ?? '', metadata?.name ?? '').map(viewSlice);
}

/** An address that moves between slices is for a moment in both. */
function readyEndpoints(query: ServiceQuery, host?: string): readonly Endpoint[] {
  const slices = slicesOf(query);
  const ready = slices.flatMap((slice) => readyIn(slice, query.service, host));
  return slices.length < 2 ? ready : unique(ready, ({ address }) => address.text);
}

function readyIn({ endpoints, byHost }: SliceView, { spec }: coreV1.Service, host: string | undefined): readonly Endpoint[] {
  const candidates = host === undefined ? endpoints : (byHost.get(host) ?? []);
  return spec?.publishNotReadyAddresses === true ? candidates : candidates.filter(({ ready }) => ready);
}

function unique<T>(items: readonly T[], key: (item: T) => string): T[] {
  return [...new Map(items.map((item) => [key(item), item])).values()];
}
