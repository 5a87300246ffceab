import type { Status } from '@gantry/apimachinery';
import { splicedCapacity, writeSpliced } from '@gantry/storage';
import { fromStored } from '../registry/served-resource.js';
import type { ServedResource } from '../registry/served-resource.js';
import type { CachedObject } from '../watch-cache/cached-object.js';
import type { Notice } from '../watch-cache/cache-event.js';
import { piecesOf } from './pieces.js';
import type { Pieces } from './pieces.js';
import type { ListBytes, ListMetadata, Representation } from './representation.js';

const COMMA = Buffer.from(',');
const LIST_END = Buffer.from(']}');
const EVENT_END = Buffer.from('}\n');
const EVENT_HEADS = { ADDED: eventHead('ADDED'), MODIFIED: eventHead('MODIFIED'), DELETED: eventHead('DELETED') } as const;

function eventHead(type: string): Buffer {
  return Buffer.from(`{"type":"${type}","object":`);
}

/** An event around an object's JSON. */
export function jsonEvent(type: Notice['type'], object: Uint8Array): Uint8Array {
  return Buffer.concat([EVENT_HEADS[type], object, EVENT_END]);
}

/** BOOKMARK and ERROR events, which carry small objects. */
export function jsonEventOf(type: 'BOOKMARK' | 'ERROR', object: unknown): Uint8Array {
  return Buffer.from(`{"type":"${type}","object":${JSON.stringify(object)}}\n`);
}

/** A list around what `item` writes for every object. */
export function jsonList(kind: string, apiVersion: string, metadata: ListMetadata, objects: readonly CachedObject[], item: (pieces: Pieces, object: CachedObject) => void): ListBytes {
  const head = Buffer.from(`{"kind":${JSON.stringify(kind)},"apiVersion":${JSON.stringify(apiVersion)},"metadata":${JSON.stringify(metadata)},"items":[`);
  return jsonElements(head, objects, item);
}

/** What `item` writes for every object, with commas between, behind a head that opened an object and an array in it. */
export function jsonElements(head: Uint8Array, objects: readonly CachedObject[], item: (pieces: Pieces, object: CachedObject) => void): ListBytes {
  const element = (pieces: Pieces, index: number): void => {
    if (index > 0) pieces.add(COMMA);
    item(pieces, objects[index]!);
  };
  return piecesOf(objects.length, head, element, LIST_END);
}

/** The stored bytes with their revision put in; nothing is parsed unless another version or another schema wrote them. */
export class JsonRepresentation implements Representation {
  readonly name: string;
  readonly contentType = 'application/json';
  readonly streamType = 'application/json';

  constructor(private readonly resource: ServedResource) {
    this.name = `json ${resource.apiVersion}`;
  }

  object(object: CachedObject): Uint8Array {
    return this.resource.isConverted ? object.derived(this.name, (stored) => this.#converted(stored)) : object.json;
  }

  list(objects: readonly CachedObject[], metadata: ListMetadata): ListBytes {
    return jsonList(this.resource.kind.listKind, this.resource.apiVersion, metadata, objects, (pieces, object) => this.#item(pieces, object));
  }

  event({ type, object }: Notice): Uint8Array {
    return jsonEvent(type, this.object(object));
  }

  bookmark(revision: number, annotations?: Readonly<Record<string, string>>): Uint8Array {
    return jsonEventOf('BOOKMARK', bookmarkObject(this.resource.kind.kind, this.resource.apiVersion, revision, annotations));
  }

  errorEvent(status: Status): Uint8Array {
    return jsonEventOf('ERROR', status);
  }

  /** Straight from the stored bytes into the answer, where they can be served as they are. */
  #item(pieces: Pieces, object: CachedObject): void {
    const { stored, form, revision } = object;
    if (this.resource.isConverted || stored.schemaHash !== form.schemaHash) {
      pieces.add(this.object(object));
      return;
    }
    const source = { value: stored.value, spliceOffset: stored.spliceOffset, revision };
    pieces.reserve(splicedCapacity(source), (target, offset) => writeSpliced(source, target, offset));
  }

  #converted({ object }: CachedObject): Uint8Array {
    return Buffer.from(JSON.stringify(fromStored(this.resource, object)));
  }
}

/** What a bookmark carries: the kind and a revision. */
export function bookmarkObject(kind: string, apiVersion: string, revision: number, annotations?: Readonly<Record<string, string>>): Record<string, unknown> {
  return { kind, apiVersion, metadata: { resourceVersion: String(revision), creationTimestamp: null, ...(annotations && { annotations }) } };
}
