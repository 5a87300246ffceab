import type { TypedColumn } from '../../define-kind.js';
import { column, nameColumn, wideColumn } from '../../printing/columns.js';
import { since } from '../../printing/duration.js';
import type { DefaultedEvent } from './defaults.js';

function firstSeen({ firstTimestamp, eventTime }: DefaultedEvent, now: number): string {
  return since(firstTimestamp ?? eventTime, now);
}

function lastSeen(event: DefaultedEvent, now: number): string {
  if (event.series !== undefined) return since(event.series.lastObservedTime, now);
  return event.lastTimestamp === undefined ? firstSeen(event, now) : since(event.lastTimestamp, now);
}

function about({ involvedObject: { kind = '', name } }: DefaultedEvent): string {
  return name ? `${kind.toLowerCase()}/${name}` : kind.toLowerCase();
}

function source({ source: from, reportingComponent, reportingInstance }: DefaultedEvent): string {
  const component = from?.component || reportingComponent || '';
  const instance = from?.host || reportingInstance || '';
  return instance === '' ? component : `${component}, ${instance}`;
}

/** The columns of `kubectl get events`, of both APIs. */
export const eventColumns: readonly TypedColumn<DefaultedEvent>[] = [
  column('Last Seen', 'The time since it happened last.', lastSeen),
  column('Type', 'Normal, or Warning.', ({ type }) => type ?? ''),
  column('Reason', 'Why it happened, in one word.', ({ reason }) => reason ?? ''),
  column('Object', 'What it happened to.', about),
  wideColumn('Subobject', 'The part of the object that it happened to.', ({ involvedObject }) => involvedObject.fieldPath ?? ''),
  wideColumn('Source', 'Who reported it.', source),
  column('Message', 'What happened.', ({ message }) => (message ?? '').trim()),
  wideColumn('First Seen', 'The time since it happened first.', firstSeen),
  wideColumn('Count', 'How often it happened.', ({ series, count }) => series?.count ?? (count || 1)),
  nameColumn(1),
];
