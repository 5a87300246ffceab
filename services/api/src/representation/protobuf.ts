import { definitionNameOf, encodeMessage, encodeProtobuf, encodeWatchFrame } from '@gantry/apimachinery';
import type { Status } from '@gantry/apimachinery';
import { fromStored } from '../registry/served-resource.js';
import type { ServedResource } from '../registry/served-resource.js';
import type { CachedObject } from '../watch-cache/cached-object.js';
import type { Notice } from '../watch-cache/cache-event.js';
import { bookmarkObject } from './json.js';
import { protobufList } from './protobuf-list.js';
import type { ListBytes, ListMetadata, Representation } from './representation.js';

export const PROTOBUF_TYPE = 'application/vnd.kubernetes.protobuf';

/** Protobuf in the envelope that client-go asks for. */
export class ProtobufRepresentation implements Representation {
  readonly name: string;
  readonly contentType = PROTOBUF_TYPE;
  readonly streamType = `${PROTOBUF_TYPE};stream=watch`;

  constructor(private readonly resource: ServedResource) {
    this.name = `protobuf ${resource.apiVersion}`;
  }

  object(object: CachedObject): Uint8Array {
    return object.derived(this.name, (stored) => encodeProtobuf(fromStored(this.resource, stored.object)));
  }

  list(objects: readonly CachedObject[], metadata: ListMetadata): ListBytes {
    const { kind, apiVersion } = this.resource;
    const message = definitionNameOf(kind) ?? '';
    return protobufList({ kind: kind.listKind, apiVersion, metadata }, objects.length, (index) => encodeMessage(message, { ...fromStored(this.resource, objects[index]!.object) }));
  }

  event({ type, object }: Notice): Uint8Array {
    return encodeWatchFrame(type, this.object(object));
  }

  bookmark(revision: number, annotations?: Readonly<Record<string, string>>): Uint8Array {
    return encodeWatchFrame('BOOKMARK', encodeProtobuf(bookmarkObject(this.resource.kind.kind, this.resource.apiVersion, revision, annotations)));
  }

  errorEvent(status: Status): Uint8Array {
    return encodeWatchFrame('ERROR', encodeProtobuf({ ...status }));
  }
}
