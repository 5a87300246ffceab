import { newExpired } from '@gantry/apimachinery';
import type { KubeObject, ResourceReference } from '../client.js';
import { typeOf } from './names.js';

export type FakeObject = KubeObject & { metadata: NonNullable<KubeObject['metadata']> } & Record<string, unknown>;

export interface FakeEvent {
  readonly revision: number;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly resource: string;
  readonly object: FakeObject;
  /** The state before; what a selector watch compares with. */
  readonly previous: FakeObject | undefined;
}

/** Objects, one order of changes, and its history: what an API server keeps, in a few maps. Stored objects are never changed. */
export class FakeStore {
  private readonly types = new Map<string, Map<string, FakeObject>>();
  private readonly listeners = new Set<(event: FakeEvent) => void>();
  private history: FakeEvent[] = [];
  private compacted = 0;
  revision = 0;

  get(resource: ResourceReference, namespace: string | undefined, name: string): FakeObject | undefined {
    return this.types.get(typeOf(resource))?.get(keyOf(namespace, name));
  }

  /** In the order of their keys. */
  list(resource: ResourceReference, namespace: string | undefined): FakeObject[] {
    const entries = [...(this.types.get(typeOf(resource)) ?? [])].filter(([key]) => namespace === undefined || key.startsWith(`${namespace}/`));
    return entries.sort(([one], [other]) => (one < other ? -1 : 1)).map(([, object]) => object);
  }

  /** Stores a new state under the next revision and returns it as it is stored. */
  put(resource: ResourceReference, object: FakeObject): FakeObject {
    const objects = this.objectsOf(resource);
    const key = keyOf(object.metadata.namespace, object.metadata.name ?? '');
    const previous = objects.get(key);
    const stored = this.stamp(object);
    objects.set(key, stored);
    this.emit({ revision: this.revision, type: previous === undefined ? 'ADDED' : 'MODIFIED', resource: typeOf(resource), object: stored, previous });
    return stored;
  }

  /** Removes an object; the event carries its last state under the revision of the delete. */
  remove(resource: ResourceReference, object: FakeObject): FakeObject {
    this.objectsOf(resource).delete(keyOf(object.metadata.namespace, object.metadata.name ?? ''));
    const last = this.stamp(object);
    this.emit({ revision: this.revision, type: 'DELETED', resource: typeOf(resource), object: last, previous: object });
    return last;
  }

  /** Events after a revision. Throws 410 when they are no longer all kept. */
  since(revision: number): readonly FakeEvent[] {
    if (revision < this.compacted) throw newExpired(`too old resource version: ${revision} (${this.compacted})`);
    return this.history.filter((event) => event.revision > revision);
  }

  /** Forgets all history: a watch from before now gets 410. */
  compact(): void {
    this.history = [];
    this.compacted = this.revision;
  }

  /** Lets revisions pass as if other resources had changed. */
  skipRevisions(count: number): void {
    this.revision += count;
  }

  listen(listener: (event: FakeEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private stamp(object: FakeObject): FakeObject {
    this.revision += 1;
    return { ...object, metadata: { ...object.metadata, resourceVersion: String(this.revision) } };
  }

  private objectsOf(resource: ResourceReference): Map<string, FakeObject> {
    const type = typeOf(resource);
    let objects = this.types.get(type);
    if (objects === undefined) {
      objects = new Map();
      this.types.set(type, objects);
    }
    return objects;
  }

  private emit(event: FakeEvent): void {
    this.history.push(event);
    for (const listener of [...this.listeners]) listener(event);
  }
}

function keyOf(namespace: string | undefined, name: string): string {
  return `${namespace ?? ''}/${name}`;
}
