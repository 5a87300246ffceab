import { invalid, isDNS1123Subdomain, isQualifiedName, required } from '@gantry/apimachinery';
import type { FieldError } from '@gantry/apimachinery';
import type { DefaultedEvent } from './defaults.js';

const limits = { reportingInstance: 128, action: 128, reason: 128, message: 1024 } as const;

/** An event of either API, in stored form. `controllerField` is the reporter's name in the API that the client speaks. */
export function validateEvent(event: DefaultedEvent, controllerField: 'reportingComponent' | 'reportingController' = 'reportingComponent'): FieldError[] {
  const errors: FieldError[] = [];
  if (event.eventTime === undefined) validateOldEvent(event, errors);
  else validateNewEvent(event, controllerField, errors);
  const namespace = event.metadata.namespace ?? '';
  for (const problem of isDNS1123Subdomain(namespace)) errors.push(invalid('namespace', namespace, problem));
  return errors;
}

/** Events of the first API lie in the namespace of what they are about; those about cluster-wide objects in `default`. */
function validateOldEvent({ metadata, involvedObject }: DefaultedEvent, errors: FieldError[]): void {
  const about = involvedObject.namespace ?? '';
  const namespace = metadata.namespace ?? '';
  const matches = about === '' ? namespace === '' || namespace === 'default' : namespace === about;
  if (!matches) errors.push(invalid('involvedObject.namespace', about, 'does not match event.namespace'));
}

/** An `eventTime` marks events of the newer API, which must say who reports and what was done. */
function validateNewEvent(event: DefaultedEvent, controllerField: string, errors: FieldError[]): void {
  const { metadata, involvedObject, reportingComponent = '' } = event;
  if (!involvedObject.namespace && metadata.namespace !== 'default' && metadata.namespace !== 'kube-system') {
    errors.push(invalid('involvedObject.namespace', '', 'does not match event.namespace'));
  }
  if (reportingComponent === '') errors.push(required(controllerField));
  for (const problem of isQualifiedName(reportingComponent)) errors.push(invalid(controllerField, reportingComponent, problem));
  validateText(event, 'reportingInstance', errors);
  validateText(event, 'action', errors);
  validateText(event, 'reason', errors);
  validateLength(event, 'message', errors);
}

type Text = keyof typeof limits;

function validateText(event: DefaultedEvent, field: Text, errors: FieldError[]): void {
  if (!event[field]) errors.push(required(field));
  validateLength(event, field, errors);
}

function validateLength(event: DefaultedEvent, field: Text, errors: FieldError[]): void {
  const limit = limits[field];
  if (Buffer.byteLength(event[field] ?? '') > limit) errors.push(invalid(field, '', `can have at most ${String(limit)} characters`));
}
