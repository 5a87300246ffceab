import type { coreV1 } from '@gantry/api-types';
import { deepEqual, invalid, nameIsDNSSubdomain, path, required, validateImmutable } from '@gantry/apimachinery';
import type { FieldError } from '@gantry/apimachinery';
import { validateMetadata, validateMetadataUpdate } from '../../metadata-validation.js';
import { validateEvent } from '../../core/event/validation.js';

const metadataPath = path('metadata');
const types = ['Normal', 'Warning'];

/** An event that comes through events.k8s.io/v1, in stored form: stricter than through core/v1. */
export function validateNewEvent(event: coreV1.Event): FieldError[] {
  const errors = validateEvent(event, 'reportingController');
  errors.push(...validateMetadata(event.metadata, true, nameIsDNSSubdomain, metadataPath));
  validateSeries(event, errors);
  if (event.eventTime === undefined) errors.push(required('eventTime'));
  if (!types.includes(event.type ?? '')) errors.push(invalid('type', '', `has invalid value: ${event.type ?? ''}`));
  for (const field of ['firstTimestamp', 'lastTimestamp'] as const) if (event[field] !== undefined) errors.push(invalid(field, '', 'needs to be unset'));
  if (event.count) errors.push(invalid('count', '', 'needs to be unset'));
  if (event.source?.component || event.source?.host) errors.push(invalid('source', '', 'needs to be unset'));
  return errors;
}

const fixed = [
  'involvedObject', 'reason', 'message', 'source', 'firstTimestamp', 'lastTimestamp', 'count', 'type', 'eventTime', 'action', 'related',
  'reportingComponent', 'reportingInstance',
] as const;

/** Only the series of an event changes. */
export function validateNewEventUpdate(event: coreV1.Event, old: coreV1.Event): FieldError[] {
  const errors = validateEvent(event, 'reportingController');
  errors.push(...validateMetadataUpdate(event.metadata, old.metadata, metadataPath));
  if (!deepEqual(event.series, old.series)) validateSeries(event, errors);
  for (const field of fixed) {
    const shown = field === 'reportingComponent' ? 'reportingController' : field;
    errors.push(...validateImmutable(event[field], old[field], path(shown)));
  }
  return errors;
}

function validateSeries({ series }: coreV1.Event, errors: FieldError[]): void {
  if (series === undefined) return;
  if ((series.count ?? 0) < 2) errors.push(invalid('series.count', '', 'should be at least 2'));
  if (series.lastObservedTime === undefined) errors.push(required('series.lastObservedTime'));
}
