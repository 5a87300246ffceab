import { wellKnownFinalizers } from '@gantry/apimachinery';
import type { TypedStrategy } from '../../define-kind.js';
import { labelWithName } from './defaults.js';
import type { DefaultedNamespace } from './defaults.js';
import { validateNamespace, validateNamespaceStatusUpdate, validateNamespaceUpdate } from './validation.js';

/** How namespaces come to be and change. Their finalizers go only through `/finalize`. */
export const namespaceStrategy: TypedStrategy<DefaultedNamespace> = {
  prepareForCreate: (namespace) => {
    labelWithName(namespace);
    namespace.status = { phase: 'Active' };
    const finalizers = (namespace.spec.finalizers ??= []);
    if (!finalizers.includes(wellKnownFinalizers.kubernetes)) finalizers.push(wellKnownFinalizers.kubernetes);
  },
  validate: validateNamespace,
  prepareForUpdate: (namespace, old) => {
    namespace.spec.finalizers = old.spec.finalizers;
    namespace.status = old.status;
  },
  validateUpdate: validateNamespaceUpdate,
  allowUnconditionalUpdate: true,
};

/** How `/status` changes. */
export const namespaceStatusStrategy: TypedStrategy<DefaultedNamespace> = {
  ...namespaceStrategy,
  prepareForUpdate: (namespace, old) => {
    namespace.spec = old.spec;
  },
  validateUpdate: validateNamespaceStatusUpdate,
};

/** How `/finalize` changes: the finalizers and nothing else of spec and status. */
export const namespaceFinalizeStrategy: TypedStrategy<DefaultedNamespace> = {
  ...namespaceStrategy,
  prepareForUpdate: (namespace, old) => {
    namespace.status = old.status;
  },
  resetFields: ['status'],
};
