import { encodeMessage, encodeProtobuf, encodeWatchFrame } from '@gantry/apimachinery';
import type { Status } from '@gantry/apimachinery';
import type { CachedObject } from '../watch-cache/cached-object.js';
import type { Notice } from '../watch-cache/cache-event.js';
import { bookmarkObject, jsonEvent, jsonEventOf, jsonList } from './json.js';
import { PROTOBUF_TYPE } from './protobuf.js';
import { protobufList } from './protobuf-list.js';
import type { ListMetadata, Representation } from './representation.js';

const KIND = 'PartialObjectMetadata';
const LIST_KIND = 'PartialObjectMetadataList';
const MESSAGE = 'io.k8s.apimachinery.pkg.apis.meta.v1.PartialObjectMetadata';

/** The versions of `meta.k8s.io` in which clients ask for a Table or for metadata. */
export type MetaVersion = 'v1' | 'v1beta1';

/** The JSON of an object's metadata alone, made once a revision. */
export function metadataJson(object: CachedObject, version: MetaVersion): Uint8Array {
  return object.derived(`metadata ${version}`, (stored) => Buffer.from(JSON.stringify(metadataObject(stored, version))));
}

function metadataObject({ object }: CachedObject, version: MetaVersion): Record<string, unknown> {
  return { kind: KIND, apiVersion: `meta.k8s.io/${version}`, metadata: object.metadata };
}

/** `as=PartialObjectMetadata` in JSON. */
export function metadataAsJson(version: MetaVersion): Representation {
  const apiVersion = `meta.k8s.io/${version}`;
  return {
    name: `metadata json ${version}`,
    contentType: 'application/json',
    streamType: 'application/json',
    object: (object) => metadataJson(object, version),
    list: (objects, metadata) => jsonList(LIST_KIND, apiVersion, metadata, objects, (pieces, object) => pieces.add(metadataJson(object, version))),
    event: ({ type, object }: Notice) => jsonEvent(type, metadataJson(object, version)),
    bookmark: (revision, annotations) => jsonEventOf('BOOKMARK', bookmarkObject(KIND, apiVersion, revision, annotations)),
    errorEvent: (status: Status) => jsonEventOf('ERROR', status),
  };
}

/** `as=PartialObjectMetadata` in protobuf. */
export function metadataAsProtobuf(version: MetaVersion): Representation {
  const apiVersion = `meta.k8s.io/${version}`;
  const name = `metadata protobuf ${version}`;
  const encoded = (object: CachedObject): Uint8Array => object.derived(name, (stored) => encodeProtobuf(metadataObject(stored, version)));
  return {
    name,
    contentType: PROTOBUF_TYPE,
    streamType: `${PROTOBUF_TYPE};stream=watch`,
    object: encoded,
    list: (objects, metadata: ListMetadata) => protobufList({ kind: LIST_KIND, apiVersion, metadata }, objects.length, (index) => encodeMessage(MESSAGE, metadataObject(objects[index]!, version))),
    event: ({ type, object }: Notice) => encodeWatchFrame(type, encoded(object)),
    bookmark: (revision, annotations) => encodeWatchFrame('BOOKMARK', encodeProtobuf(bookmarkObject(KIND, apiVersion, revision, annotations))),
    errorEvent: (status) => encodeWatchFrame('ERROR', encodeProtobuf({ ...status })),
  };
}
