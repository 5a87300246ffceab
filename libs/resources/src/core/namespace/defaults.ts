import type { coreV1 } from '@gantry/api-types';
import { wellKnownLabels } from '@gantry/apimachinery';
import type { WithMetadata } from '../../define-kind.js';

/** A namespace as defaults leave it. */
export type DefaultedNamespace = WithMetadata<coreV1.Namespace> & { spec: coreV1.NamespaceSpec; status: coreV1.NamespaceStatus };

/** Fills a namespace; its name is always one of its labels, so that selectors can name it. */
export function defaultNamespace(namespace: DefaultedNamespace): void {
  namespace.metadata ??= {};
  namespace.spec ??= {};
  namespace.status ??= {};
  namespace.status.phase ||= 'Active';
  labelWithName(namespace);
}

/** Needed again once a name has been generated. */
export function labelWithName({ metadata }: DefaultedNamespace): void {
  if (metadata.name) (metadata.labels ??= {})[wellKnownLabels.namespaceName] = metadata.name;
}
