import type { TypedStrategy } from '../../define-kind.js';
import type { DefaultedEvent } from './defaults.js';
import { validateEvent } from './validation.js';

/** How events come to be and change: recorders count repetitions by updates, and may write what has expired meanwhile. */
export const eventStrategy: TypedStrategy<DefaultedEvent> = {
  prepareForCreate: () => undefined,
  validate: (event) => validateEvent(event),
  prepareForUpdate: () => undefined,
  validateUpdate: (event) => validateEvent(event),
  allowCreateOnUpdate: true,
  allowUnconditionalUpdate: true,
};
