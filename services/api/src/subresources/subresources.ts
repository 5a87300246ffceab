import type { KubeletStreams } from '../streams/kubelet-streams.js';
import { namespaceFinalize } from './namespaces/finalize.js';
import { podBinding } from './pods/binding.js';
import { podEviction } from './pods/eviction.js';
import { podLog } from './pods/log.js';
import { scale } from './scale/scale.js';
import { status } from './status.js';
import type { Subresource } from './subresource.js';

/** All subresources. */
export function createSubresources(kubelets: KubeletStreams): readonly Subresource[] {
  return [status, scale, podBinding, podEviction, podLog(kubelets), namespaceFinalize];
}
