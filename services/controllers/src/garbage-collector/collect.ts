import type { metaV1 } from '@gantry/api-types';
import { isNotFound } from '@gantry/apimachinery';
import type { Client, KubeObject, ResourceClient } from '@gantry/client';
import type { ReconcileResult } from '@gantry/controller';
import { isBeingDeleted } from '../ownership/controller-ref.js';
import { readLive } from '../ownership/settle-claims.js';
import type { DiscoveredResource } from '../resources/discovered-resource.js';
import type { AbsentOwners } from './absent-owners.js';
import type { Consequences, GraphNode, Identity, OwnerGraph } from './graph.js';
import { FOREGROUND_FINALIZER, ORPHAN_FINALIZER } from './graph.js';
import type { OwnerState } from './plan.js';
import { computePlan } from './plan.js';

/** Kinds that are not served may be later: milliseconds until an object is looked at again. */
const UNKNOWN_KIND_RETRY = 30_000;

export interface CollectorDependencies {
  readonly client: Client;
  readonly graph: OwnerGraph;
  readonly resourceOf: (apiVersion: string, kind: string) => DiscoveredResource | undefined;
  /** Takes what a finding gives to do. */
  readonly follow: (consequences: Consequences) => void;
  readonly absent: AbsentOwners;
}

type Metadata = NonNullable<KubeObject['metadata']>;

/** The objects of an identity's kind; undefined where the kind is not served. */
function objectsOf({ client, resourceOf }: CollectorDependencies, { apiVersion, kind, namespace }: Identity): ResourceClient<KubeObject> | undefined {
  const resource = resourceOf(apiVersion, kind);
  return resource === undefined ? undefined : client.resource<KubeObject>(resource, resource.namespaced ? namespace : undefined);
}

async function readSame(objects: ResourceClient<KubeObject>, { name, uid }: Identity): Promise<KubeObject | undefined> {
  const live = await readLive(objects, name);
  return live?.metadata?.uid === uid ? live : undefined;
}

/** Changes metadata under the guard of the revision that was read; an object that is gone needs no change. */
async function patchMetadata(objects: ResourceClient<KubeObject>, { metadata = {} }: KubeObject, change: Partial<Metadata>): Promise<void> {
  const { name = '', uid, resourceVersion } = metadata;
  await objects.patch(name, 'application/merge-patch+json', { metadata: { uid, resourceVersion, ...change } }).catch((error: unknown) => {
    if (!isNotFound(error)) throw error;
  });
}

async function removeFinalizer(objects: ResourceClient<KubeObject>, live: KubeObject, finalizer: string): Promise<void> {
  const finalizers = live.metadata?.finalizers ?? [];
  if (finalizers.includes(finalizer)) await patchMetadata(objects, live, { finalizers: finalizers.filter((one) => one !== finalizer) });
}

/** A cluster-wide object cannot have an owner in a namespace: nobody can say whether it is there, so it counts as present. */
async function ownerState(dependencies: CollectorDependencies, node: GraphNode, owner: metaV1.OwnerReference): Promise<OwnerState> {
  const resource = dependencies.resourceOf(owner.apiVersion, owner.kind);
  const { namespace } = node.identity;
  if (resource === undefined || (resource.namespaced && namespace === '')) return 'present';
  const place = resource.namespaced ? namespace : '';
  if (dependencies.absent.has(place, owner.uid)) return 'absent';
  const live = await readSame(dependencies.client.resource<KubeObject>(resource, resource.namespaced ? namespace : undefined), { ...node.identity, name: owner.name, uid: owner.uid });
  if (live === undefined) {
    dependencies.absent.add(place, owner.uid);
    return 'absent';
  }
  const waits = isBeingDeleted(live) && (live.metadata?.finalizers ?? []).includes(FOREGROUND_FINALIZER);
  return waits ? 'waiting' : 'present';
}

/** Dependents that wait for each other in a circle stop blocking. */
async function unblockDependents(dependencies: CollectorDependencies, node: GraphNode): Promise<void> {
  for (const dependent of [...node.dependents].filter(({ deletingDependents }) => deletingDependents)) {
    const objects = objectsOf(dependencies, dependent.identity);
    const live = objects && (await readSame(objects, dependent.identity));
    if (objects === undefined || live === undefined) continue;
    const ownerReferences = (live.metadata?.ownerReferences ?? []).map((owner) => (owner.uid === node.identity.uid ? { ...owner, blockOwnerDeletion: false } : owner));
    await patchMetadata(objects, live, { ownerReferences });
  }
}

async function collect(dependencies: CollectorDependencies, node: GraphNode, objects: ResourceClient<KubeObject>, live: KubeObject): Promise<void> {
  const owners = new Map<string, OwnerState>();
  for (const owner of live.metadata?.ownerReferences ?? []) {
    const state = await ownerState(dependencies, node, owner);
    owners.set(owner.uid, state);
    if (state !== 'absent') dependencies.graph.relink(node, owner);
  }
  const dependentIsGoing = [...node.dependents].some(({ deletingDependents }) => deletingDependents);
  const plan = computePlan(live, { owners, hasDependents: node.dependents.size > 0, dependentIsGoing });
  if (plan.type === 'dropReferences') await patchMetadata(objects, live, { ownerReferences: [...plan.owners] });
  if (plan.type !== 'delete') return;
  if (plan.unblock) await unblockDependents(dependencies, node);
  const { name = '', uid, resourceVersion } = live.metadata ?? {};
  await objects.delete(name, { preconditions: { uid, resourceVersion }, propagationPolicy: plan.propagationPolicy }).catch((error: unknown) => {
    if (!isNotFound(error)) throw error;
  });
}

/** One that goes in the foreground goes when nothing blocks it any more; until then its blockers are looked at. */
async function finishForeground({ graph, follow }: CollectorDependencies, node: GraphNode, objects: ResourceClient<KubeObject>, live: KubeObject): Promise<void> {
  const blockers = graph.blockers(node);
  if (blockers.length === 0) return removeFinalizer(objects, live, FOREGROUND_FINALIZER);
  follow({ attempt: blockers.filter(({ deletingDependents }) => !deletingDependents).map(({ identity }) => identity.uid), orphan: [] });
}

/** Looks at one object of the graph and does what its owners' states ask for. Everything is read from the server first. */
export async function attempt(dependencies: CollectorDependencies, uid: string): Promise<ReconcileResult | undefined> {
  const { graph, absent, follow } = dependencies;
  const node = graph.get(uid);
  if (node === undefined || (node.beingDeleted && !node.deletingDependents)) return undefined;
  const objects = objectsOf(dependencies, node.identity);
  if (objects === undefined) return { requeueAfter: UNKNOWN_KIND_RETRY };
  const live = await readSame(objects, node.identity);
  if (live === undefined) {
    absent.add(node.identity.namespace, uid);
    follow(graph.remove(uid));
  } else if (node.deletingDependents) await finishForeground(dependencies, node, objects, live);
  else if (!node.virtual) await collect(dependencies, node, objects, live);
  return undefined;
}

/** Takes the owner out of its dependents' references, then lets it go. */
export async function orphan(dependencies: CollectorDependencies, uid: string): Promise<void> {
  const node = dependencies.graph.get(uid);
  if (node === undefined) return;
  for (const { identity } of node.dependents) {
    const objects = objectsOf(dependencies, identity);
    const live = objects && (await readSame(objects, identity));
    const references = live?.metadata?.ownerReferences ?? [];
    if (objects === undefined || live === undefined || !references.some((owner) => owner.uid === uid)) continue;
    await patchMetadata(objects, live, { ownerReferences: references.filter((owner) => owner.uid !== uid) });
  }
  const objects = objectsOf(dependencies, node.identity);
  const live = objects && (await readSame(objects, node.identity));
  if (objects !== undefined && live !== undefined) await removeFinalizer(objects, live, ORPHAN_FINALIZER);
}
