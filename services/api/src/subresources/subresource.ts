import type { GroupVersionKind } from '@gantry/apimachinery';
import type { KindDescriptor } from '@gantry/resources';
import type { Verb } from '../verbs/verb.js';

/** What a resource has under `/<name>` of its objects. */
export interface Subresource {
  readonly name: string;
  readonly appliesTo: (kind: KindDescriptor) => boolean;
  /** The kind of its bodies, for discovery. */
  readonly bodyKind: (kind: KindDescriptor) => GroupVersionKind;
  /** By verb: `get`, `create`, `update`, `patch`. */
  readonly verbs: Readonly<Record<string, Verb>>;
  /** The kind whose fields its query has, where its answer is text: the log's. */
  readonly options?: GroupVersionKind;
  /** Connects whoever asks with something (upstream's `connect`): exec, proxies. */
  readonly isConnection?: boolean;
  /** Present where paths may follow it. */
  readonly behind?: PathsBehind;
}

/** The paths that follow a subresource. */
export interface PathsBehind {
  /** The subresource whose permission is enough for this path too; undefined: there is none. */
  readonly permittedAs: (rest: string) => string | undefined;
}

/** Applies to one resource alone. */
export function onlyFor(group: string, resource: string): Subresource['appliesTo'] {
  return (kind) => kind.group === group && kind.resource === resource;
}
