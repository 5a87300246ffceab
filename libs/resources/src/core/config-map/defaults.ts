import type { coreV1 } from '@gantry/api-types';
import type { WithMetadata } from '../../define-kind.js';

/** A config map as defaults leave it. */
export type DefaultedConfigMap = WithMetadata<coreV1.ConfigMap>;

/** A config map has no defaults; an empty `data` is not written. */
export function defaultConfigMap(configMap: DefaultedConfigMap): void {
  configMap.metadata ??= {};
}
