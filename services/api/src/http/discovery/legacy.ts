import { apiVersionOf } from '@gantry/apimachinery';
import type { DiscoveredGroup, DiscoveredResource, DiscoveredVersion } from './served.js';

type Document = { readonly kind: string; readonly apiVersion: string; readonly [field: string]: unknown };

/** `/api`: the versions of the core group. `address` is where clients reach this server. */
export function apiVersions(core: DiscoveredGroup | undefined, address: string): Document {
  return { kind: 'APIVersions', apiVersion: 'v1', versions: core?.versions.map(({ version }) => version) ?? [], serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: address }] };
}

/** `/apis`: all groups but the core group. */
export function apiGroupList(groups: readonly DiscoveredGroup[]): Document {
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map(groupFields) };
}

/** `/apis/<group>`. */
export function apiGroup(group: DiscoveredGroup): Document {
  return { kind: 'APIGroup', apiVersion: 'v1', ...groupFields(group) };
}

function groupFields({ name, versions }: DiscoveredGroup): Record<string, unknown> {
  const named = versions.map(({ version }) => ({ groupVersion: `${name}/${version}`, version }));
  return { name, versions: named, preferredVersion: named[0] };
}

/** `/api/v1`, `/apis/<group>/<version>`. */
export function apiResourceList(group: string, { version, resources }: DiscoveredVersion): Document {
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: apiVersionOf({ group, version }), resources: resources.flatMap(resourceEntries) };
}

function resourceEntries({ kind, verbs, subresources }: DiscoveredResource): Record<string, unknown>[] {
  const { resource: name, singular: singularName, namespaced, shortNames, categories } = kind;
  const main = { name, singularName, namespaced, kind: kind.kind, verbs, ...(shortNames.length > 0 && { shortNames }), ...(categories.length > 0 && { categories }) };
  return [main, ...subresources.map((one) => subresourceEntry(kind, one))];
}

function subresourceEntry({ resource, namespaced, group, version }: DiscoveredResource['kind'], { name, bodyKind, verbs }: DiscoveredResource['subresources'][number]): Record<string, unknown> {
  const own = bodyKind.group === group && bodyKind.version === version;
  return { name: `${resource}/${name}`, singularName: '', namespaced, ...(own ? {} : { group: bodyKind.group, version: bodyKind.version }), kind: bodyKind.kind, verbs };
}
