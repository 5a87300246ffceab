import type { ResourceReference } from '../client.js';
import * as known from '../resources.js';

/** What the path of a request addresses. */
export interface Target {
  readonly resource: ResourceReference;
  /** Undefined: all namespaces, or a cluster-scoped resource. */
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
}

/** Reads `/api/v1/namespaces/x/pods/y/status` and its like; undefined for what is no resource's path. */
export function parseTarget(path: string): Target | undefined {
  const parts = path.split('/').slice(1).map(decodeURIComponent);
  const group = parts[0] === 'api' ? '' : parts[1];
  const [version, ...rest] = parts.slice(parts[0] === 'api' ? 1 : 2);
  if ((parts[0] !== 'api' && parts[0] !== 'apis') || group === undefined || version === undefined || rest.length === 0) return undefined;
  const [first, space, third] = rest;
  const inNamespace = first === 'namespaces' && space !== undefined && third !== undefined && !['status', 'finalize'].includes(third);
  const [resource = '', name, subresource] = inNamespace ? rest.slice(2) : rest;
  return { resource: { group, version, resource }, namespace: inNamespace ? space : undefined, name, subresource };
}

const KINDS = new Map(Object.values(known).map((reference) => [`${reference.group}/${reference.resource}`, reference]));
const RESOURCES = new Map(Object.values(known).map((reference) => [`${reference.group}/${reference.kind}`, reference]));

/** One stored resource for both Event APIs. */
export function typeOf({ group, resource }: ResourceReference): string {
  return group === 'events.k8s.io' ? `/${resource}` : `${group}/${resource}`;
}

export function kindOf(resource: ResourceReference): string | undefined {
  return KINDS.get(`${resource.group}/${resource.resource}`)?.kind;
}

/** The resource that objects of this apiVersion and kind are of: the known ones, else the kind's plural by the usual rule. */
export function resourceOf(apiVersion: string, kind: string): ResourceReference {
  const [group, version] = apiVersion.includes('/') ? (apiVersion.split('/') as [string, string]) : ['', apiVersion];
  return RESOURCES.get(`${group}/${kind}`) ?? { group, version, resource: `${kind.toLowerCase()}s` };
}
