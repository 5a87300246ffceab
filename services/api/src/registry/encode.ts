import { managedFieldsJson } from '@gantry/apimachinery';
import type { ManagedFieldsEntry } from '@gantry/apimachinery';
import type { ObjectMetadata, ResourceObject } from '@gantry/resources';
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
  const text = `${head}${metadataJson(metadata)}${tail === '{}' ? '}' : `,${tail.slice(1)}`}`;
  return { value: Buffer.from(text), spliceOffset: Buffer.byteLength(head) + 1, schemaHash: resource.cache.form.schemaHash, object: { kind, apiVersion, metadata: { ...metadata }, ...rest } };
}

/** The text of a set of fields that many objects have is at hand. */
function metadataJson(metadata: ObjectMetadata): string {
  const { managedFields, ...others } = metadata;
  if (managedFields === undefined) return JSON.stringify(metadata);
  return `${JSON.stringify(others).slice(0, -1)},"managedFields":[${(managedFields as ManagedFieldsEntry[]).map(managedFieldsJson).join(',')}]}`;
}
