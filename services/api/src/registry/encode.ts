import type { ResourceObject } from '@gantry/resources';
import type { EncodedValue } from '@gantry/storage';
import type { ServedResource } from './served-resource.js';

/** Stored bytes with the object that they were made of, which is not to be changed from then on. */
export interface EncodedObject extends EncodedValue {
  readonly object: ResourceObject;
}

/**
 * The stored bytes of an object: kind, apiVersion and metadata first, no resourceVersion, so that a reader inserts the
 * revision at a known offset. Takes `resourceVersion` off the object.
 */
export function encodeObject(resource: ServedResource, object: ResourceObject): EncodedObject {
  const { kind, apiVersion, metadata, ...rest } = resource.kind.storedAs?.toStored(object) ?? object;
  delete metadata.resourceVersion;
  const head = `{"kind":${JSON.stringify(kind)},"apiVersion":${JSON.stringify(apiVersion)},"metadata":`;
  const tail = JSON.stringify(rest);
  const text = `${head}${JSON.stringify(metadata)}${tail === '{}' ? '}' : `,${tail.slice(1)}`}`;
  return { value: Buffer.from(text), spliceOffset: Buffer.byteLength(head) + 1, schemaHash: resource.cache.form.schemaHash, object: { kind, apiVersion, metadata: { ...metadata }, ...rest } };
}
