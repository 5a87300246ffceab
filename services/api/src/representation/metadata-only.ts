import { encodeProtobuf, encodeWatchFrame } from '@gantry/apimachinery';
import type { Status } from '@gantry/apimachinery';
import type { CachedObject } from '../watch-cache/cached-object.js';
import type { Notice } from '../watch-cache/cache-event.js';
import { bookmarkObject, jsonEvent, jsonEventOf, jsonList } from './json.js';
import { PROTOBUF_TYPE } from './protobuf.js';
import type { ListMetadata, Representation } from './representation.js';

const KIND = 'PartialObjectMetadata';
const LIST_KIND = 'PartialObjectMetadataList';
const API_VERSION = 'meta.k8s.io/v1';
const FORM = 'metadata';

/** The JSON of an object's metadata alone, made once a revision. */
export function metadataJson(object: CachedObject): Uint8Array {
  return object.derived(FORM, (stored) => Buffer.from(JSON.stringify(metadataObject(stored))));
}

function metadataObject({ object }: CachedObject): Record<string, unknown> {
  return { kind: KIND, apiVersion: API_VERSION, metadata: object.metadata };
}

/** `as=PartialObjectMetadata` in JSON. */
export const metadataAsJson: Representation = {
  name: 'metadata json',
  contentType: 'application/json',
  streamType: 'application/json',
  object: metadataJson,
  list: (objects, metadata) => jsonList(LIST_KIND, API_VERSION, metadata, objects, (pieces, object) => pieces.add(metadataJson(object))),
  event: ({ type, object }: Notice) => jsonEvent(type, metadataJson(object)),
  bookmark: (revision, annotations) => jsonEventOf('BOOKMARK', bookmarkObject(KIND, API_VERSION, revision, annotations)),
  errorEvent: (status: Status) => jsonEventOf('ERROR', status),
};

function metadataProtobuf(object: CachedObject): Uint8Array {
  return object.derived('metadata protobuf', (stored) => encodeProtobuf(metadataObject(stored)));
}

/** `as=PartialObjectMetadata` in protobuf. */
export const metadataAsProtobuf: Representation = {
  name: 'metadata protobuf',
  contentType: PROTOBUF_TYPE,
  streamType: `${PROTOBUF_TYPE};stream=watch`,
  object: metadataProtobuf,
  list: (objects, metadata: ListMetadata) => encodeProtobuf({ kind: LIST_KIND, apiVersion: API_VERSION, metadata, items: objects.map(metadataObject) }),
  event: ({ type, object }: Notice) => encodeWatchFrame(type, metadataProtobuf(object)),
  bookmark: (revision, annotations) => encodeWatchFrame('BOOKMARK', encodeProtobuf(bookmarkObject(KIND, API_VERSION, revision, annotations))),
  errorEvent: (status) => encodeWatchFrame('ERROR', encodeProtobuf({ ...status })),
};
