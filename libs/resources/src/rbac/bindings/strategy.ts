import type { TypedStrategy } from '../../define-kind.js';
import type { DefaultedBinding } from './defaults.js';
import { validateBinding, validateBindingUpdate } from './validation.js';

/** How bindings come to be and change. */
export function bindingStrategy(isNamespaced: boolean): TypedStrategy<DefaultedBinding> {
  return {
    prepareForCreate: () => undefined,
    validate: (binding) => validateBinding(binding, isNamespaced),
    prepareForUpdate: () => undefined,
    validateUpdate: (binding, old) => validateBindingUpdate(binding, old, isNamespaced),
    allowCreateOnUpdate: true,
    allowUnconditionalUpdate: true,
  };
}
