import { createHash } from 'node:crypto';
import { apiVersionOf, parseJson, schemaOf } from '@gantry/apimachinery';
import type { KindDescriptor, ResourceObject } from '@gantry/resources';
import { resourceTypeOf } from '@gantry/storage';
import type { StoredValue } from '@gantry/storage';
import type { Seal } from './registry/seal.js';
import { servedResource, storagePrefixOf } from './registry/served-resource.js';
import type { ServedResource } from './registry/served-resource.js';
import type { StoredForm } from './watch-cache/cached-object.js';
import { FormsBudget } from './watch-cache/forms-budget.js';
import type { ResourceCacheOptions } from './watch-cache/resource-cache.js';
import type { WatchCache } from './watch-cache/watch-cache.js';

/** Raised when the stored form of anything changes in a way that its schema does not show. */
const FORM_VERSION = 1;

/** A cache for every kind that is stored as itself. */
export function cacheOptions(kinds: readonly KindDescriptor[], { ringEvents, ringBytes, formsBytes }: { readonly ringEvents: number; readonly ringBytes: number; readonly formsBytes: number }): ResourceCacheOptions[] {
  const budget = new FormsBudget(formsBytes);
  return kinds
    .filter(({ storedAs }) => storedAs === undefined)
    .map((kind) => ({ prefix: storagePrefixOf(kind), form: storedForm(kind, budget), fields: kind.selectableFields, ring: { events: ringEvents, bytes: ringBytes } }));
}

/** Every kind bound to the cache of its stored form. */
export function bindResources(kinds: readonly KindDescriptor[], cache: WatchCache): ServedResource[] {
  return kinds.map((kind) => servedResource(kind, cache.resource(storagePrefixOf(kind))));
}

/** Opens what is sealed, and nothing else. */
export function openerOf(kinds: readonly KindDescriptor[], seal: Seal): <T extends StoredValue>(value: T) => T {
  const sealed = new Set(kinds.filter(({ encrypted }) => encrypted === true).map((kind) => storagePrefixOf(kind)));
  return (value) => (sealed.has(`${resourceTypeOf(value.key)}/`) ? seal.open(value.key, value) : value);
}

function storedForm(kind: KindDescriptor, budget: FormsBudget): StoredForm {
  const schema = JSON.stringify(schemaOf(kind) ?? null);
  const schemaHash = createHash('sha256').update(`${String(FORM_VERSION)} ${apiVersionOf(kind)} ${kind.kind} ${schema}`).digest('hex').slice(0, 16);
  return { schemaHash, decode, defaults: kind.defaults, budget };
}

function decode(value: Uint8Array): ResourceObject {
  return parseJson(Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('utf8')) as ResourceObject;
}
