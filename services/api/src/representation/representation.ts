import { newNotAcceptable } from '@gantry/apimachinery';
import type { Status } from '@gantry/apimachinery';
import type { CachedObject } from '../watch-cache/cached-object.js';
import type { Notice } from '../watch-cache/cache-event.js';

/** `metadata` of a list answer. */
export interface ListMetadata {
  resourceVersion?: string;
  continue?: string;
  remainingItemCount?: number;
}

/** A list in pieces, each made when the reader comes for it, in slices that leave the event loop to others. Read once. */
export type ListBytes = AsyncIterable<Uint8Array>;

/** One way to show the objects of one resource: JSON, protobuf, a Table, metadata alone. Stateless, shared by all requests. */
export interface Representation {
  /** Unique among the representations of a stored object: what is made is kept under this name. */
  readonly name: string;
  readonly contentType: string;
  /** Content type of a watch; undefined where there is none in this form. */
  readonly streamType: string | undefined;
  object(object: CachedObject): Uint8Array;
  list(objects: readonly CachedObject[], metadata: ListMetadata): ListBytes;
  /** One event of a watch. */
  event(notice: Notice): Uint8Array;
  bookmark(revision: number, annotations?: Readonly<Record<string, string>>): Uint8Array;
  /** An ERROR event: the last of its watch. */
  errorEvent(status: Status): Uint8Array;
}

/** The content type of a watch. Throws 406 for a form in which there are none. */
export function streamTypeOf({ streamType }: Representation): string {
  if (streamType === undefined) throw newNotAcceptable(['application/json;stream=watch', 'application/vnd.kubernetes.protobuf;stream=watch']);
  return streamType;
}
