import type { coreV1 } from '@gantry/api-types';
import { defineKind } from '../../define-kind.js';
import type { ResourceObject } from '../../descriptor.js';
import { event, eventTtlSeconds } from '../../core/event/kind.js';
import { newEventColumns } from './columns.js';
import { fromCoreEvent, toCoreEvent } from './conversion.js';
import { defaultNewEvent } from './defaults.js';
import { newEventStrategy } from './strategy.js';
import type { DefaultedNewEvent } from './strategy.js';

/** Fields of core/v1 that have another name here. `source` has none. */
const renamed: Readonly<Record<string, string>> = { reportingComponent: 'reportingController', source: '' };

/** Events again, under the names of the newer API; the objects are those of core/v1. */
export const newEvent = defineKind<DefaultedNewEvent>({
  group: 'events.k8s.io',
  version: 'v1',
  kind: 'Event',
  listKind: 'EventList',
  resource: 'events',
  singular: 'event',
  shortNames: ['ev'],
  categories: [],
  namespaced: true,
  storedAs: {
    group: event.group,
    version: event.version,
    resource: event.resource,
    toStored: (object) => toCoreEvent(object as unknown as DefaultedNewEvent) as unknown as ResourceObject,
    fromStored: (object) => fromCoreEvent(object as unknown as coreV1.Event) as unknown as ResourceObject,
  },
  defaults: defaultNewEvent,
  strategy: newEventStrategy,
  columns: newEventColumns,
  selectableFields: selectableThroughStored(),
  ttlSeconds: eventTtlSeconds,
});

/** The fields of core/v1, under the names that they have here. */
function selectableThroughStored(): Record<string, (object: DefaultedNewEvent) => string> {
  const readers = Object.entries(event.selectableFields).map(([field, read]) => [renamed[field] ?? field.replace(/^involvedObject\./, 'regarding.'), read] as const);
  return Object.fromEntries(readers.filter(([field]) => field !== '').map(([field, read]) => [field, (object: DefaultedNewEvent) => read(toCoreEvent(object) as unknown as ResourceObject)]));
}
