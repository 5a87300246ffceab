import { goQuote, parseFieldSelector, parseLabelSelector } from '@gantry/apimachinery';
import type { FieldReader } from '@gantry/apimachinery';
import type { ResourceObject } from '@gantry/resources';
import type { CachedObject } from '../watch-cache/cached-object.js';
import type { Watcher } from '../watch-cache/watcher-index.js';
import { fromStored } from './served-resource.js';
import type { ServedResource } from './served-resource.js';

/** What label and field selectors leave. */
export interface ObjectFilter {
  /** undefined: everything passes. */
  readonly matches: ((object: CachedObject) => boolean) | undefined;
  /** The only name that can pass, where the selector says one. */
  readonly name: string | undefined;
  /** A field whose value the selector fixes, and by which watchers are indexed. */
  readonly trigger: Watcher['trigger'];
}

const everything: ObjectFilter = { matches: undefined, name: undefined, trigger: undefined };

const METADATA_FIELDS: Readonly<Record<string, FieldReader<ResourceObject>>> = {
  'metadata.name': ({ metadata }) => metadata.name ?? '',
  'metadata.namespace': ({ metadata }) => metadata.namespace ?? '',
};

/** What upstream says of a kind that has no fields of its own to select by. */
function onlyMetadata(field: string): string {
  return `${goQuote(field)} is not a known field selector: only ${Object.keys(METADATA_FIELDS).map(goQuote).join(', ')}`;
}

/** Throws a `StatusError` (400) for selectors that cannot be read and for fields that the kind does not offer. */
export function objectFilter(resource: ServedResource, labelSelector: string | null, fieldSelector: string | null): ObjectFilter {
  if (!labelSelector && !fieldSelector) return everything;
  const labels = parseLabelSelector(labelSelector ?? '');
  const fields = parseFieldSelector(fieldSelector ?? '');
  const own = resource.kind.selectableFields;
  const byFields = fields.compile({ ...METADATA_FIELDS, ...own }, Object.keys(own).length === 0 ? onlyMetadata : undefined);
  const passes = (object: ResourceObject): boolean => labels.matches(object.metadata.labels) && byFields(object);
  return {
    matches: labels.empty && fields.empty ? undefined : ({ object }) => passes(resource.isConverted ? fromStored(resource, object) : object),
    name: fields.exactValue('metadata.name'),
    trigger: resource.isConverted ? undefined : triggerOf(resource, (field) => fields.exactValue(field)),
  };
}

function triggerOf({ kind }: ServedResource, exactValue: (field: string) => string | undefined): Watcher['trigger'] {
  for (const field of Object.keys(kind.selectableFields)) {
    const value = exactValue(field);
    if (value !== undefined) return { field, value };
  }
  return undefined;
}
