import { parseFieldSelector, parseLabelSelector } from '@gantry/apimachinery';
import type { FakeEvent, FakeObject } from './fake-store.js';

export type Selection = (object: FakeObject) => boolean;

/** Labels and fields; any field may be named by its path, where a server knows but some. */
export function parseSelection(query: URLSearchParams): Selection {
  const labels = parseLabelSelector(query.get('labelSelector') ?? '');
  const fields = parseFieldSelector(query.get('fieldSelector') ?? '');
  return (object) => labels.matches(object.metadata.labels) && fields.requirements.every(({ field, operator, value }) => (readField(object, field) === value) === (operator === '='));
}

function readField(object: FakeObject, path: string): string {
  let value: unknown = object;
  for (const step of path.split('.')) value = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[step] : undefined;
  return value === undefined || value === null ? '' : String(value);
}

/** What a watch with a selection sees of a change: objects enter by ADDED and leave by DELETED. */
export function selectEvent(event: FakeEvent, selects: Selection): { type: string; object: FakeObject } | undefined {
  const before = event.previous !== undefined && selects(event.previous);
  const after = event.type !== 'DELETED' && selects(event.object);
  if (!before && !after) return undefined;
  if (before && after) return { type: 'MODIFIED', object: event.object };
  if (after) return { type: 'ADDED', object: event.object };
  return { type: 'DELETED', object: event.type === 'DELETED' ? event.object : leaving(event) };
}

/** The state before, under the revision of the change that made it leave. */
function leaving({ previous, object }: FakeEvent): FakeObject {
  const last = previous as FakeObject;
  return { ...last, metadata: { ...last.metadata, resourceVersion: object.metadata.resourceVersion } };
}
