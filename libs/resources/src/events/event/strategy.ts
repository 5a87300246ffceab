import type { eventsV1 } from '@gantry/api-types';
import type { TypedStrategy, WithMetadata } from '../../define-kind.js';
import { defaultEvent } from '../../core/event/defaults.js';
import { toCoreEvent } from './conversion.js';
import { validateNewEvent, validateNewEventUpdate } from './validation.js';

/** An event as events.k8s.io/v1 has it. */
export type DefaultedNewEvent = WithMetadata<eventsV1.Event>;

/** How events come to be and change through events.k8s.io/v1. The rules are those of the stored form. */
export const newEventStrategy: TypedStrategy<DefaultedNewEvent> = {
  prepareForCreate: () => undefined,
  validate: (event) => validateNewEvent(stored(event)),
  prepareForUpdate: () => undefined,
  validateUpdate: (event, old) => validateNewEventUpdate(stored(event), stored(old)),
  allowCreateOnUpdate: true,
  allowUnconditionalUpdate: true,
};

function stored(event: DefaultedNewEvent): ReturnType<typeof toCoreEvent> {
  const converted = toCoreEvent(event);
  defaultEvent(converted);
  return converted;
}
