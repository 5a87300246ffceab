import type { GroupVersionKind, ServedResource as OpenApiServedResource, ServedSubresource as OpenApiServedSubresource } from '@gantry/apimachinery';
import type { KindDescriptor } from '@gantry/resources';
import type { UnstoredKind } from '../../reviews/unstored-kind.js';
import type { Subresource } from '../../subresources/subresource.js';
import { subresourcesOf, verbsOf } from '../routes.js';

/** What discovery tells of a kind, stored or not. */
export type DiscoveredKind = Pick<KindDescriptor, 'group' | 'version' | 'kind' | 'resource' | 'singular' | 'namespaced' | 'shortNames' | 'categories' | 'returnsDeletedObject'>;

/** A resource as discovery tells of it. */
export interface DiscoveredResource {
  readonly kind: DiscoveredKind;
  readonly verbs: readonly string[];
  readonly subresources: readonly DiscoveredSubresource[];
}

export interface DiscoveredSubresource extends Pick<Subresource, 'name' | 'isConnection' | 'options'> {
  readonly bodyKind: GroupVersionKind;
  readonly verbs: readonly string[];
  /** Paths may follow it. */
  readonly withPaths: boolean;
}

/** One version of a group, with its resources in order of their names. */
export interface DiscoveredVersion {
  readonly version: string;
  readonly resources: readonly DiscoveredResource[];
}

export interface DiscoveredGroup {
  /** '' for the core group. */
  readonly name: string;
  /** The preferred one first. */
  readonly versions: readonly DiscoveredVersion[];
}

/** What is served, group by group: the core group first, the others in the order in which the registry has them. */
export function discoveredGroups(kinds: readonly KindDescriptor[], subresources: readonly Subresource[], unstored: readonly UnstoredKind[]): DiscoveredGroup[] {
  const groups = new Map<string, Map<string, DiscoveredResource[]>>();
  for (const resource of [...kinds.map((kind) => discovered(kind, subresources)), ...unstored.map(discoveredUnstored)]) {
    const { group, version } = resource.kind;
    const versions = groups.get(group) ?? new Map<string, DiscoveredResource[]>();
    groups.set(group, versions);
    versions.set(version, [...(versions.get(version) ?? []), resource]);
  }
  return [...groups].map(([name, versions]) => ({ name, versions: [...versions].map(([version, resources]) => ({ version, resources: resources.sort(byName) })) }));
}

function discovered(kind: KindDescriptor, all: readonly Subresource[]): DiscoveredResource {
  const subresources = subresourcesOf(kind, all).map(({ name, bodyKind, verbs, isConnection = false, options, behind }) => ({
    name, bodyKind: bodyKind(kind), verbs: Object.keys(verbs).filter((verb) => verb !== 'options').sort(), isConnection, withPaths: behind !== undefined, ...(options && { options }),
  }));
  return { kind, verbs: Object.keys(verbsOf(kind)), subresources: subresources.sort((a, b) => (a.name < b.name ? -1 : 1)) };
}

function discoveredUnstored({ group, version, kind, resource, singular, namespaced }: UnstoredKind): DiscoveredResource {
  return { kind: { group, version, kind, resource, singular, namespaced, shortNames: [], categories: [] }, verbs: ['create'], subresources: [] };
}

function byName(a: DiscoveredResource, b: DiscoveredResource): number {
  return a.kind.resource < b.kind.resource ? -1 : 1;
}

/** The same in the words of the OpenAPI documents. */
export function openApiResources(groups: readonly DiscoveredGroup[]): OpenApiServedResource[] {
  return groups.flatMap(({ versions }) => versions.flatMap(({ resources }) => resources.map(openApiResource)));
}

function openApiResource({ kind, verbs, subresources }: DiscoveredResource): OpenApiServedResource {
  const { group, version, namespaced, resource, returnsDeletedObject = false } = kind;
  return { group, version, kind: kind.kind, plural: resource, namespaced, verbs, returnsDeleted: returnsDeletedObject, subresources: subresources.map((one) => openApiSubresource(kind.kind, one)) };
}

function openApiSubresource(own: string, { name, verbs, bodyKind, isConnection, withPaths, options }: DiscoveredSubresource): OpenApiServedSubresource {
  if (isConnection === true) return { name, verbs, connect: true, withPaths, options: bodyKind };
  return { name, verbs, ...(bodyKind.kind !== own && { bodyKind }), ...(options && { text: true, options }) };
}
