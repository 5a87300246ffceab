import { apiVersionOf } from '@gantry/apimachinery';
import type { KindDescriptor } from './descriptor.js';

/** The kinds that are served, at one moment. Immutable: a request holds one registry from beginning to end. */
export interface Registry {
  /** Grows with every change of the set of kinds; what was derived from an older one is stale. */
  readonly generation: number;
  readonly kinds: readonly KindDescriptor[];
  /** By what stands in a URL: group, version and plural resource name. */
  readonly byResource: (group: string, version: string, resource: string) => KindDescriptor | undefined;
  /** By what stands in an object. */
  readonly byKind: (group: string, version: string, kind: string) => KindDescriptor | undefined;
  /** By `apiVersion` and `kind` of an object. */
  readonly byApiVersion: (apiVersion: string, kind: string) => KindDescriptor | undefined;
  /** The kind whose form is stored: the kind itself, unless it says `storedAs`. */
  readonly storedForm: (kind: KindDescriptor) => KindDescriptor;
}

/**
 * The registry of these kinds.
 * @throws Error when two of them have the same resource or kind in a version, or a stored form is missing
 */
export function createRegistry(kinds: readonly KindDescriptor[], generation = 1): Registry {
  const byResource = index(kinds, ({ group, version, resource }) => `${group}/${version}/${resource}`);
  const byKind = index(kinds, (kind) => `${apiVersionOf(kind)} ${kind.kind}`);
  const storedForm = (kind: KindDescriptor): KindDescriptor => {
    if (kind.storedAs === undefined) return kind;
    const { group, version, resource } = kind.storedAs;
    const stored = byResource.get(`${group}/${version}/${resource}`);
    if (stored === undefined) throw new Error(`${kind.kind} of ${apiVersionOf(kind)} is stored as ${resource} of ${group}/${version}, which is not registered`);
    return stored;
  };
  kinds.forEach(storedForm);
  return Object.freeze({
    generation,
    kinds: Object.freeze([...kinds]),
    byResource: (group: string, version: string, resource: string) => byResource.get(`${group}/${version}/${resource}`),
    byKind: (group: string, version: string, kind: string) => byKind.get(`${apiVersionOf({ group, version })} ${kind}`),
    byApiVersion: (apiVersion: string, kind: string) => byKind.get(`${apiVersion} ${kind}`),
    storedForm,
  });
}

/** The registry with other kinds and the next generation. */
export function nextRegistry(registry: Registry, kinds: readonly KindDescriptor[]): Registry {
  return createRegistry(kinds, registry.generation + 1);
}

function index(kinds: readonly KindDescriptor[], keyOf: (kind: KindDescriptor) => string): ReadonlyMap<string, KindDescriptor> {
  const map = new Map<string, KindDescriptor>();
  for (const kind of kinds) {
    const key = keyOf(kind);
    if (map.has(key)) throw new Error(`two kinds are registered as ${key}`);
    map.set(key, kind);
  }
  return map;
}
