import type { GroupVersionKind } from '@gantry/apimachinery';
import type { DiscoveredGroup, DiscoveredResource, DiscoveredVersion } from './served.js';

/** `APIGroupDiscoveryList` of `apidiscovery.k8s.io`: every group with all it serves, in one answer. */
export function aggregatedDiscovery(groups: readonly DiscoveredGroup[], version: 'v2' | 'v2beta1'): Record<string, unknown> {
  return { kind: 'APIGroupDiscoveryList', apiVersion: `apidiscovery.k8s.io/${version}`, metadata: {}, items: groups.map(groupItem) };
}

function groupItem({ name, versions }: DiscoveredGroup): Record<string, unknown> {
  return { metadata: { ...(name !== '' && { name }), creationTimestamp: null }, versions: versions.map(versionItem) };
}

function versionItem({ version, resources }: DiscoveredVersion): Record<string, unknown> {
  return { version, resources: resources.map(resourceItem), freshness: 'Current' };
}

function resourceItem({ kind, verbs, subresources }: DiscoveredResource): Record<string, unknown> {
  const { shortNames, categories } = kind;
  return {
    resource: kind.resource,
    responseKind: responseKind(kind, kind),
    scope: kind.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: kind.singular,
    verbs,
    ...(shortNames.length > 0 && { shortNames }),
    ...(categories.length > 0 && { categories }),
    ...(subresources.length > 0 && { subresources: subresources.map(({ name, bodyKind, verbs: own }) => ({ subresource: name, responseKind: responseKind(bodyKind, kind), verbs: own })) }),
  };
}

/** Group and version are said only of a kind that has others than the resource, as upstream has it. */
function responseKind({ group, version, kind }: GroupVersionKind, resource: GroupVersionKind): GroupVersionKind {
  return group === resource.group && version === resource.version ? { group: '', version: '', kind } : { group, version, kind };
}
