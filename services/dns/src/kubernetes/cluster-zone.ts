import { TYPE } from '../wire/codes.js';
import { addressRecord, nsRecord, parseAddress, txtRecord } from '../wire/records.js';
import type { Catalog } from './catalog.js';
import { NO_DATA, NO_NAME, recordsOrNoData, type Outcome } from './outcome.js';
import { answerEndpoint, answerPorts, answerService, type ServiceQuery } from './service-answers.js';

/** Of the specification of DNS-based service discovery that these answers follow. */
const SCHEMA_VERSION = '1.1.0';

export interface ClusterZone {
  /** `cluster.local` */
  readonly domain: string;
  /** Where this server answers. */
  readonly address: string;
  /** Seconds. */
  readonly ttl: number;
  readonly catalog: Catalog;
}

/** Under which name the zone has its server. */
export function serverName(domain: string): string {
  return `ns.dns.${domain}`;
}

/** @param labels those in front of the domain, in lower case */
export function answerCluster(zone: ClusterZone, labels: readonly string[], type: number): Outcome {
  const [last] = labels.slice(-1);
  switch (last) {
    case undefined:
      return answerApex(zone, type);
    case 'svc':
      return answerUnderSvc(zone, labels.slice(0, -1), type);
    case 'pod':
      return answerUnderPod(zone, labels.slice(0, -1), type);
    case 'dns':
      return answerUnderDns(zone, labels.slice(0, -1), type);
    default:
      return last === 'dns-version' && labels.length === 1 ? answerVersion(zone, type) : NO_NAME;
  }
}

function answerApex({ domain, ttl }: ClusterZone, type: number): Outcome {
  return type === TYPE.NS ? recordsOrNoData([nsRecord(serverName(domain), ttl)]) : NO_DATA;
}

function answerVersion({ ttl }: ClusterZone, type: number): Outcome {
  return type === TYPE.TXT ? recordsOrNoData([txtRecord(SCHEMA_VERSION, ttl)]) : NO_DATA;
}

function answerUnderDns({ address, ttl }: ClusterZone, labels: readonly string[], type: number): Outcome {
  if (labels.length === 0) return NO_DATA;
  if (labels.length > 1 || labels[0] !== 'ns') return NO_NAME;
  return answerAddress(address, type, ttl);
}

function answerAddress(text: string, type: number, ttl: number): Outcome {
  const address = parseAddress(text);
  if (address === undefined) return NO_NAME;
  return recordsOrNoData(address.type === type ? [addressRecord(undefined, address, ttl)] : []);
}

/** `[[[port.]protocol.|host.]service.]namespace` */
function answerUnderSvc(zone: ClusterZone, labels: readonly string[], type: number): Outcome {
  const { catalog } = zone;
  const [namespace, name, ...rest] = labels.toReversed();
  if (namespace === undefined) return NO_DATA;
  if (name === undefined) return catalog.hasNamespace(namespace) ? NO_DATA : NO_NAME;
  const service = catalog.service(namespace, name);
  if (service === undefined || rest.length > 2) return NO_NAME;
  return answerOfService({ catalog, service, name: `${name}.${namespace}.svc.${zone.domain}`, type, ttl: zone.ttl }, rest);
}

function answerOfService(query: ServiceQuery, [first, second]: readonly string[]): Outcome {
  if (first === undefined) return answerService(query);
  if (query.service.spec?.type === 'ExternalName') return NO_NAME;
  if (second === undefined) return answerEndpoint(query, first);
  if (!first.startsWith('_') || !second.startsWith('_')) return NO_NAME;
  return answerPorts(query, { name: second.slice(1), protocol: first.slice(1) });
}

/** `10-244-1-7.namespace`: whatever address is asked for, so long as the namespace is there. */
function answerUnderPod({ catalog, ttl }: ClusterZone, labels: readonly string[], type: number): Outcome {
  const [namespace, pod, ...rest] = labels.toReversed();
  if (namespace === undefined) return NO_DATA;
  if (!catalog.hasNamespace(namespace) || rest.length > 0) return NO_NAME;
  if (pod === undefined) return NO_DATA;
  const isV4 = /^\d+-\d+-\d+-\d+$/.test(pod);
  return answerAddress(pod.replaceAll('-', isV4 ? '.' : ':'), type, ttl);
}
