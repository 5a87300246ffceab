import type { coreV1 } from '@gantry/api-types';
import { CONFIGMAPS, type FakeClient } from '@gantry/client';
import { expect } from 'vitest';
import type { Informer } from './informer.js';
import { objectKey } from './keys.js';

/** Writes down what a handler is told, and holds every line against what may follow what. */
export class Transcript {
  readonly lines: string[] = [];
  private readonly known = new Map<string, coreV1.ConfigMap>();

  constructor(informer: Informer<coreV1.ConfigMap>) {
    informer.addHandler({
      add: (object, initial) => {
        expect(this.known.has(objectKey(object)), `${objectKey(object)} was added twice`).toBe(false);
        this.note(initial ? 'initial' : 'add', object);
        this.known.set(objectKey(object), object);
      },
      update: (object, old) => {
        expect(this.known.get(objectKey(object))).toBe(old);
        expect(Number(object.metadata?.resourceVersion), 'an update went back').toBeGreaterThan(Number(old.metadata?.resourceVersion));
        this.note('update', object);
        this.known.set(objectKey(object), object);
      },
      delete: (object, lastStateKnown) => {
        expect(this.known.delete(objectKey(object)), `${objectKey(object)} was deleted but not there`).toBe(true);
        this.note(lastStateKnown ? 'delete' : 'missed-delete', object);
      },
    });
  }

  /** What the handler would believe to be there. */
  get objects(): Record<string, string | undefined> {
    return Object.fromEntries([...this.known].map(([key, object]) => [key, object.data?.value]).sort());
  }

  private note(what: string, object: coreV1.ConfigMap): void {
    this.lines.push(`${what} ${object.metadata?.name} ${object.data?.value}`);
  }
}

export function configMap(name: string, value: string): coreV1.ConfigMap {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' }, data: { value } };
}

/** What is in a list or a lister, in the form of `Transcript.objects`. */
export function contents(objects: readonly coreV1.ConfigMap[]): Record<string, string | undefined> {
  return Object.fromEntries(objects.map((object) => [objectKey(object), object.data?.value]).sort());
}

/** A write with its reads, as a person with kubectl would do it. */
export async function write(client: FakeClient, name: string, value: string | undefined): Promise<void> {
  const maps = client.resource(CONFIGMAPS, 'default');
  const exists = client.objects(CONFIGMAPS).some(({ metadata }) => metadata?.name === name);
  if (value === undefined) return exists ? maps.delete(name) : undefined;
  await (exists ? maps.update(configMap(name, value)) : maps.create(configMap(name, value)));
}
