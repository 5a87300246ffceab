import { randomUUID } from 'node:crypto';
import { deepEqual, modifiedMessage, newAlreadyExists, newBadRequest, newConflict, newNotFound } from '@gantry/apimachinery';
import type { KubeObject, ResourceReference } from '../client.js';
import { apiVersionFor } from '../paths.js';
import type { FakeObject, FakeStore } from './fake-store.js';
import { bound, graceSeconds, hasStatus, initialFields, isHeld, propagationFinalizers } from './lifecycle.js';
import { kindOf, typeOf, type Target } from './names.js';

export interface FakeDeleteOptions {
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: string;
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
}

type NamedTarget = Target & { readonly name: string };

/** The write verbs, with the rules that a controller can meet; nothing is validated and few defaults are set. */
export class FakeWrites {
  private generatedNames = 0;

  constructor(
    private readonly store: FakeStore,
    /** Milliseconds since the epoch. */
    private readonly now: () => number,
  ) {}

  create({ resource, namespace }: Target, body: KubeObject): FakeObject {
    const type = typeOf(resource);
    const name = body.metadata?.name ?? this.generateName(body.metadata?.generateName);
    if (this.store.get(resource, namespace, name) !== undefined) throw newAlreadyExists(resource, name);
    const metadata = { ...body.metadata, name, namespace, uid: randomUUID(), creationTimestamp: this.timestamp(), generation: 'spec' in body ? 1 : undefined };
    return this.store.put(resource, withoutUndefined({ ...withKind(resource, body), ...initialFields(type, body), metadata }));
  }

  /** Stores an object as it is, status included: the state that a test begins with. */
  seed(resource: ResourceReference, body: KubeObject): FakeObject {
    const metadata = { uid: randomUUID(), creationTimestamp: this.timestamp(), ...body.metadata };
    return this.store.put(resource, withoutUndefined({ ...withKind(resource, body), metadata }));
  }

  update(target: NamedTarget, body: KubeObject): FakeObject {
    const current = this.require(target);
    const { uid, resourceVersion } = body.metadata ?? {};
    if (resourceVersion && resourceVersion !== current.metadata.resourceVersion) throw newConflict(target.resource, target.name, modifiedMessage);
    if (uid && uid !== current.metadata.uid) throw newConflict(target.resource, target.name, `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${current.metadata.uid}`);
    return this.replace(target, current, nextState(target, current, body));
  }

  delete(target: NamedTarget, options: FakeDeleteOptions): FakeObject {
    const type = typeOf(target.resource);
    const current = this.require(target);
    this.checkPreconditions(target, current, options.preconditions);
    const finalizers = propagationFinalizers(current.metadata.finalizers, options.propagationPolicy);
    const grace = graceSeconds(type, current, options.gracePeriodSeconds);
    const marked = { ...current, metadata: { ...current.metadata, finalizers } };
    if (grace === 0 && !isHeld(type, marked)) return this.store.remove(target.resource, current);
    return this.replace(target, current, this.terminating(type, marked, grace));
  }

  bind(target: NamedTarget, binding: KubeObject): void {
    const pod = this.require(target);
    const node = (binding as { target?: { name?: string } }).target?.name ?? '';
    const assigned = (pod.spec as { nodeName?: string } | undefined)?.nodeName;
    if (assigned) throw newConflict({ group: '', resource: 'pods/binding' }, target.name, `pod ${target.name} is already assigned to node "${assigned}"`);
    this.store.put(target.resource, bound(pod, node, this.timestamp()));
  }

  require({ resource, namespace, name }: NamedTarget): FakeObject {
    const object = this.store.get(resource, namespace, name);
    if (object === undefined) throw newNotFound(resource, name);
    return object;
  }

  /** Stores the new state, or removes the object when the last that held it let go; an unchanged one keeps its revision. */
  private replace({ resource }: NamedTarget, current: FakeObject, next: FakeObject): FakeObject {
    const type = typeOf(resource);
    const released = next.metadata.deletionTimestamp !== undefined && (next.metadata.deletionGracePeriodSeconds ?? 0) === 0 && !isHeld(type, next);
    if (released) return this.store.remove(resource, withoutUndefined(next));
    const state = withoutUndefined(next);
    return deepEqual(state, current) ? current : this.store.put(resource, state);
  }

  private terminating(type: string, object: FakeObject, grace: number): FakeObject {
    const { deletionTimestamp = this.timestamp(grace), deletionGracePeriodSeconds = grace } = object.metadata;
    const metadata = { ...object.metadata, deletionTimestamp, deletionGracePeriodSeconds: Math.min(grace, deletionGracePeriodSeconds) };
    return type === '/namespaces' ? { ...object, metadata, status: { phase: 'Terminating' } } : { ...object, metadata };
  }

  private checkPreconditions({ resource, name }: NamedTarget, { metadata }: FakeObject, wanted: FakeDeleteOptions['preconditions']): void {
    if (wanted?.uid !== undefined && wanted.uid !== metadata.uid) {
      throw newConflict(resource, name, `Precondition failed: UID in precondition: ${wanted.uid}, UID in object meta: ${metadata.uid}`);
    }
    if (wanted?.resourceVersion !== undefined && wanted.resourceVersion !== metadata.resourceVersion) {
      throw newConflict(resource, name, `Precondition failed: ResourceVersion in precondition: ${wanted.resourceVersion}, ResourceVersion in object meta: ${metadata.resourceVersion}`);
    }
  }

  private generateName(prefix: string | undefined): string {
    if (!prefix) throw newBadRequest('name or generateName is required');
    this.generatedNames += 1;
    return `${prefix}${this.generatedNames.toString(27).padStart(5, '0')}`;
  }

  private timestamp(secondsFromNow = 0): string {
    return `${new Date(this.now() + secondsFromNow * 1000).toISOString().slice(0, 19)}Z`;
  }
}

/** What an update of the object or of one of its subresources makes of it. */
function nextState({ resource, subresource }: Target, current: FakeObject, body: KubeObject): FakeObject {
  const given = { ...body } as FakeObject;
  if (subresource === 'status') return { ...current, status: given.status };
  if (subresource === 'finalize') return { ...current, spec: given.spec };
  const { uid, creationTimestamp, deletionTimestamp, deletionGracePeriodSeconds, generation, namespace, resourceVersion } = current.metadata;
  const changed = !deepEqual(given.spec, current.spec);
  const owned = { uid, creationTimestamp, deletionTimestamp, deletionGracePeriodSeconds, namespace, resourceVersion };
  const metadata = { ...given.metadata, ...owned, generation: changed && generation !== undefined ? generation + 1 : generation };
  const status = hasStatus(typeOf(resource)) ? current.status : given.status;
  return { ...withKind(resource, given), metadata, status };
}

function withKind(resource: ResourceReference, object: KubeObject): FakeObject {
  return { ...object, apiVersion: object.apiVersion ?? apiVersionFor(resource), kind: object.kind ?? kindOf(resource) } as FakeObject;
}

/** A copy as it comes back from the wire: what is undefined is not there. */
function withoutUndefined(object: object): FakeObject {
  return JSON.parse(JSON.stringify(object)) as FakeObject;
}
