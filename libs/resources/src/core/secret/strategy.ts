import type { TypedStrategy } from '../../define-kind.js';
import type { DefaultedSecret } from './defaults.js';
import { tlsWarnings } from './tls-warnings.js';
import { validateSecret, validateSecretUpdate } from './validation.js';

/** How secrets come to be and change. */
export const secretStrategy: TypedStrategy<DefaultedSecret> = {
  prepareForCreate: () => undefined,
  validate: validateSecret,
  prepareForUpdate: () => undefined,
  validateUpdate: validateSecretUpdate,
  warnings: tlsWarnings,
  allowUnconditionalUpdate: true,
};
