import type { metaV1 } from '@gantry/api-types';
import type { KubeObject } from '@gantry/client';

export const FOREGROUND_FINALIZER = 'foregroundDeletion';
export const ORPHAN_FINALIZER = 'orphan';

/** Who an object is, as an owner reference or the object itself says. */
export interface Identity {
  readonly apiVersion: string;
  readonly kind: string;
  /** '' for cluster-wide objects. */
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** An object in the graph of owners and dependents. */
export interface GraphNode {
  identity: Identity;
  owners: readonly metaV1.OwnerReference[];
  readonly dependents: Set<GraphNode>;
  /** Known from references only: no event has shown it, so it may never have existed. */
  virtual: boolean;
  beingDeleted: boolean;
  /** It waits for those dependents that block it. */
  deletingDependents: boolean;
}

/** What an event gives to do: uids to be looked at. */
export interface Consequences {
  readonly attempt: readonly string[];
  readonly orphan: readonly string[];
}

function identityOf(object: KubeObject, apiVersion: string, kind: string): Identity {
  const { namespace = '', name = '', uid = '' } = object.metadata ?? {};
  return { apiVersion, kind, namespace, name, uid };
}

/** Who depends on whom, over all kinds. Fed by events in any order; knows nothing of the server. */
export class OwnerGraph {
  readonly #nodes = new Map<string, GraphNode>();

  get(uid: string): GraphNode | undefined {
    return this.#nodes.get(uid);
  }

  get size(): number {
    return this.#nodes.size;
  }

  /** The object exists, in this state. */
  observe(object: KubeObject, apiVersion: string, kind: string): Consequences {
    const identity = identityOf(object, apiVersion, kind);
    const node = this.#nodes.get(identity.uid) ?? this.#insert(identity);
    const attempt = new Set<string>();
    this.#replaceOwners(node, object.metadata?.ownerReferences ?? [], attempt);
    node.identity = identity;
    // Who took it for an object of another namespace has no such owner.
    if (node.virtual) for (const dependent of node.dependents) if (isOutOfReach(node, dependent)) attempt.add(dependent.identity.uid);
    node.virtual = false;
    node.beingDeleted = object.metadata?.deletionTimestamp !== undefined;
    const orphan = this.#transitions(node, object.metadata?.finalizers ?? [], attempt);
    return { attempt: [...attempt], orphan };
  }

  /** The object is gone: seen so, or looked for in vain. */
  remove(uid: string): Consequences {
    const node = this.#nodes.get(uid);
    if (node === undefined) return { attempt: [], orphan: [] };
    const attempt = new Set<string>();
    for (const owner of node.owners) {
      const ownerNode = this.#nodes.get(owner.uid);
      ownerNode?.dependents.delete(node);
      if (ownerNode?.deletingDependents === true) attempt.add(owner.uid);
      this.#dropIdle(ownerNode);
    }
    this.#nodes.delete(uid);
    for (const dependent of node.dependents) attempt.add(dependent.identity.uid);
    return { attempt: [...attempt], orphan: [] };
  }

  /** The owner is there, though it was taken for absent by somebody's wrong reference: the node depends on it again. */
  relink(node: GraphNode, owner: metaV1.OwnerReference): void {
    if (this.#nodes.get(node.identity.uid) === node) this.#link(node, owner, new Set());
  }

  /** Dependents that keep the node from going in the foreground. */
  blockers(node: GraphNode): GraphNode[] {
    const { uid } = node.identity;
    return [...node.dependents].filter(({ owners }) => owners.some((owner) => owner.uid === uid && owner.blockOwnerDeletion === true));
  }

  #insert(identity: Identity, virtual = false): GraphNode {
    const node: GraphNode = { identity, owners: [], dependents: new Set(), virtual, beingDeleted: false, deletingDependents: false };
    this.#nodes.set(identity.uid, node);
    return node;
  }

  #replaceOwners(node: GraphNode, owners: readonly metaV1.OwnerReference[], attempt: Set<string>): void {
    const kept = new Set(owners.map(({ uid }) => uid));
    const before = node.owners;
    node.owners = owners;
    for (const { uid } of before.filter((owner) => !kept.has(owner.uid))) this.#unlink(node, uid, attempt);
    for (const owner of before) this.#checkUnblocked(owner, owners, attempt);
    for (const owner of owners) this.#link(node, owner, attempt);
    if (owners.length > 0 && (before.length > owners.length || owners.some(({ uid }) => this.#isGoing(uid)))) attempt.add(node.identity.uid);
  }

  #isGoing(uid: string): boolean {
    return this.#nodes.get(uid)?.deletingDependents === true;
  }

  /** An owner that nobody has shown yet is looked for, once, by name. */
  #link(node: GraphNode, owner: metaV1.OwnerReference, attempt: Set<string>): void {
    let ownerNode = this.#nodes.get(owner.uid);
    if (ownerNode === undefined) {
      ownerNode = this.#insert({ apiVersion: owner.apiVersion, kind: owner.kind, namespace: node.identity.namespace, name: owner.name, uid: owner.uid }, true);
      attempt.add(owner.uid);
      attempt.add(node.identity.uid);
    }
    ownerNode.dependents.add(node);
    if (!ownerNode.virtual && isOutOfReach(ownerNode, node)) attempt.add(node.identity.uid);
  }

  #unlink(node: GraphNode, ownerUid: string, attempt: Set<string>): void {
    const ownerNode = this.#nodes.get(ownerUid);
    if (ownerNode === undefined) return;
    ownerNode.dependents.delete(node);
    if (ownerNode.deletingDependents) attempt.add(ownerUid);
    this.#dropIdle(ownerNode);
  }

  #checkUnblocked(before: metaV1.OwnerReference, owners: readonly metaV1.OwnerReference[], attempt: Set<string>): void {
    const after = owners.find(({ uid }) => uid === before.uid);
    if (before.blockOwnerDeletion === true && after !== undefined && after.blockOwnerDeletion !== true && this.#isGoing(before.uid)) attempt.add(before.uid);
  }

  /** A virtual owner without dependents is of no interest. */
  #dropIdle(node: GraphNode | undefined): void {
    if (node?.virtual === true && node.dependents.size === 0) this.#nodes.delete(node.identity.uid);
  }

  #transitions(node: GraphNode, finalizers: readonly string[], attempt: Set<string>): string[] {
    const { uid } = node.identity;
    node.deletingDependents = node.beingDeleted && finalizers.includes(FOREGROUND_FINALIZER);
    if (node.deletingDependents) {
      attempt.add(uid);
      for (const dependent of node.dependents) attempt.add(dependent.identity.uid);
    }
    return node.beingDeleted && finalizers.includes(ORPHAN_FINALIZER) ? [uid] : [];
  }
}

/** An owner in a namespace can only be one of the objects of that namespace. */
function isOutOfReach({ identity: { namespace } }: GraphNode, dependent: GraphNode): boolean {
  return namespace !== '' && namespace !== dependent.identity.namespace;
}
