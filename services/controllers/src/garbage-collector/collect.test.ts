import { expect, it } from 'vitest';
import type { coreV1, metaV1 } from '@gantry/api-types';
import { CONFIGMAPS, createFakeClient } from '@gantry/client';
import { findResource, SERVED_RESOURCES } from '../resources/discovered-resource.js';
import { AbsentOwners } from './absent-owners.js';
import { attempt } from './collect.js';
import { OwnerGraph } from './graph.js';

const owner = (name: string, kind = 'ConfigMap'): metaV1.OwnerReference => ({ apiVersion: 'v1', kind, name, uid: name });
const configMap = (name: string, owners: metaV1.OwnerReference[] = []): coreV1.ConfigMap => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'prod', uid: name, ownerReferences: owners } });

/** A graph that has seen `seen`, and a server that has `stored`. */
function scene(seen: coreV1.ConfigMap[], stored: coreV1.ConfigMap[]) {
  const client = createFakeClient(stored);
  const graph = new OwnerGraph();
  seen.forEach((object) => graph.observe(object, 'v1', 'ConfigMap'));
  const dependencies = { client, graph, absent: new AbsentOwners(), follow: () => undefined, resourceOf: (apiVersion: string, kind: string) => findResource(SERVED_RESOURCES, apiVersion, kind) };
  return { dependencies, names: () => client.objects(CONFIGMAPS).map(({ metadata }) => metadata?.name) };
}

it('believes the server, not the graph, about an owner', async () => {
  const child = configMap('child', [owner('a')]);
  const gone = scene([configMap('a'), child], [child]);
  await attempt(gone.dependencies, 'child');
  expect(gone.names()).toEqual([]);
  const there = scene([child], [configMap('a'), child]);
  await attempt(there.dependencies, 'child');
  expect(there.names()).toEqual(['a', 'child']);
});

it('does not delete by a reference to a kind that is not served', async () => {
  const child = configMap('child', [owner('a', 'Widget')]);
  const { dependencies, names } = scene([child], [child]);
  await attempt(dependencies, 'child');
  expect(names()).toEqual(['child']);
  expect(await attempt(dependencies, 'a')).toEqual({ requeueAfter: 30_000 });
});

it('leaves a namesake of the object that it came for', async () => {
  const { dependencies, names } = scene([configMap('child', [owner('a')])], [{ ...configMap('child', [owner('a')]), metadata: { ...configMap('child', [owner('a')]).metadata, uid: 'newer' } }]);
  await attempt(dependencies, 'child');
  expect(names()).toEqual(['child']);
  expect(dependencies.graph.get('child')).toBeUndefined();
});
