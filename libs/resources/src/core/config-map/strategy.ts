import type { TypedStrategy } from '../../define-kind.js';
import type { DefaultedConfigMap } from './defaults.js';
import { validateConfigMap, validateConfigMapUpdate } from './validation.js';

/** How config maps come to be and change. */
export const configMapStrategy: TypedStrategy<DefaultedConfigMap> = {
  prepareForCreate: () => undefined,
  validate: validateConfigMap,
  prepareForUpdate: () => undefined,
  validateUpdate: validateConfigMapUpdate,
  allowUnconditionalUpdate: true,
};
