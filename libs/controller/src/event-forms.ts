import type { coreV1, eventsV1 } from '@gantry/api-types';
import type { KubeObject, ResourceReference } from '@gantry/client';
import { formatMicroTime, formatTime } from './time.js';

export type EventApi = 'core/v1' | 'events.k8s.io/v1';

/** Everything about one occurrence, whatever form it is written in. */
export interface EventFacts {
  readonly regarding: coreV1.ObjectReference;
  readonly related?: coreV1.ObjectReference;
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly action?: string;
  readonly component: string;
  readonly host: string;
  /** Milliseconds of the epoch. */
  readonly at: number;
}

/** How one of the two APIs writes an event down. */
export interface EventForm {
  readonly resource: ResourceReference;
  build(facts: EventFacts, metadata: { name: string; namespace: string }): KubeObject;
  /** A merge patch that makes the event one of `count` occurrences. */
  repeat(facts: EventFacts, count: number): object;
}

function coreEvent(facts: EventFacts, metadata: { name: string; namespace: string }): coreV1.Event {
  const time = formatTime(facts.at);
  const source = facts.host === '' ? { component: facts.component } : { component: facts.component, host: facts.host };
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata,
    involvedObject: facts.regarding,
    ...(facts.related === undefined ? {} : { related: facts.related }),
    reason: facts.reason,
    message: facts.message,
    source,
    firstTimestamp: time,
    lastTimestamp: time,
    count: 1,
    type: facts.type,
    reportingComponent: facts.component,
    reportingInstance: facts.host,
  };
}

function newEvent(facts: EventFacts, metadata: { name: string; namespace: string }): eventsV1.Event {
  return {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata,
    eventTime: formatMicroTime(facts.at),
    regarding: facts.regarding,
    ...(facts.related === undefined ? {} : { related: facts.related }),
    reason: facts.reason,
    note: facts.message,
    action: facts.action ?? facts.reason,
    type: facts.type,
    reportingController: facts.component,
    reportingInstance: facts.host === '' ? facts.component : `${facts.component}-${facts.host}`,
  };
}

export const EVENT_FORMS: Readonly<Record<EventApi, EventForm>> = {
  'core/v1': {
    resource: { group: '', version: 'v1', resource: 'events' },
    build: coreEvent,
    repeat: (facts, count) => ({ count, lastTimestamp: formatTime(facts.at) }),
  },
  'events.k8s.io/v1': {
    resource: { group: 'events.k8s.io', version: 'v1', resource: 'events' },
    build: newEvent,
    repeat: (facts, count) => ({ series: { count, lastObservedTime: formatMicroTime(facts.at) } }),
  },
};
