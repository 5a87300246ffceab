import type { TypedStrategy } from '../../define-kind.js';
import type { DefaultedSecret } from './defaults.js';
import { validateSecret, validateSecretUpdate } from './validation.js';

/** How secrets come to be and change. */
export const secretStrategy: TypedStrategy<DefaultedSecret> = {
  prepareForCreate: () => undefined,
  validate: validateSecret,
  prepareForUpdate: () => undefined,
  validateUpdate: validateSecretUpdate,
  allowUnconditionalUpdate: true,
};
