import type { coreV1, eventsV1 } from '@gantry/api-types';

/** Fields that have another name in the stored form: [events.k8s.io/v1, v1]. The others are the same. */
const renamed = [
  ['regarding', 'involvedObject'],
  ['note', 'message'],
  ['reportingController', 'reportingComponent'],
  ['deprecatedSource', 'source'],
  ['deprecatedFirstTimestamp', 'firstTimestamp'],
  ['deprecatedLastTimestamp', 'lastTimestamp'],
  ['deprecatedCount', 'count'],
] as const;

type Fields = Record<string, unknown>;

/** The stored form, core/v1. Shares what it can with its argument. */
export function toCoreEvent(event: eventsV1.Event): coreV1.Event {
  const stored = rename({ ...event, apiVersion: 'v1' }, renamed) as unknown as coreV1.Event;
  stored.involvedObject ??= {};
  return stored;
}

/** Which say nothing in the stored form and are not there in this one. */
const reporters = ['reportingController', 'reportingInstance'] as const;

/** The form of events.k8s.io/v1. Shares what it can with its argument. */
export function fromCoreEvent(event: coreV1.Event): eventsV1.Event {
  const back = renamed.map(([ours, stored]) => [stored, ours] as const);
  const fields = rename({ ...event, apiVersion: 'events.k8s.io/v1' }, back);
  for (const name of reporters) if (fields[name] === '') delete fields[name];
  return fields as unknown as eventsV1.Event;
}

function rename(fields: Fields, pairs: readonly (readonly [from: string, to: string])[]): Fields {
  for (const [from, to] of pairs) {
    const value = fields[from];
    delete fields[from];
    if (value !== undefined) fields[to] = value;
  }
  return fields;
}
