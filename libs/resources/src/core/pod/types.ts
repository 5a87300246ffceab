import type { coreV1 } from '@gantry/api-types';
import type { WithMetadata } from '../../define-kind.js';

/** A pod as defaults leave it. */
export type DefaultedPod = WithMetadata<coreV1.Pod> & { spec: coreV1.PodSpec; status: coreV1.PodStatus };
