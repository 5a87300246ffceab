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
}

/** Applies to one resource alone. */
export function onlyFor(group: string, resource: string): Subresource['appliesTo'] {
  return (kind) => kind.group === group && kind.resource === resource;
}
