import type { BoundObjectReaders } from '../service-accounts/bound-objects.js';
import type { ServiceAccountTokens } from '../service-accounts/service-account-tokens.js';
import type { Logger } from '@gantry/async';
import type { ServedResource } from '../registry/served-resource.js';
import type { KubeletStreams } from '../streams/kubelet-streams.js';
import type { CountSession } from '../streams/stream-metrics.js';
import { certificateApproval } from './certificate-signing-requests/approval.js';
import { namespaceFinalize } from './namespaces/finalize.js';
import { nodeProxy } from './nodes/proxy.js';
import { podBinding } from './pods/binding.js';
import { podEphemeralContainers } from './pods/ephemeral-containers.js';
import { podEviction } from './pods/eviction.js';
import { podProxy } from './pods/proxy.js';
import { podLog } from './pods/log.js';
import { podPortForward } from './pods/port-forward.js';
import { podResize } from './pods/resize.js';
import { podAttach, podExec } from './pods/remote-commands.js';
import { serviceAccountToken } from './service-accounts/token.js';
import { serviceProxy } from './services/proxy.js';
import { scale } from './scale/scale.js';
import { status } from './status.js';
import type { Subresource } from './subresource.js';

/** What some of them need. */
export interface SubresourceParts {
  readonly kubelets: KubeletStreams;
  readonly resources: readonly ServedResource[];
  readonly countSession: CountSession;
  readonly logger: Logger;
  readonly readers: BoundObjectReaders;
  /** Absent: service accounts have no tokens. */
  readonly tokens: ServiceAccountTokens | undefined;
}

/** All subresources. */
export function createSubresources(parts: SubresourceParts): readonly Subresource[] {
  const { kubelets, readers, tokens } = parts;
  return [status, scale, podBinding, podEviction, podEphemeralContainers, podResize, podLog(kubelets), podExec(parts), podAttach(parts), podPortForward(parts), podProxy(kubelets), serviceProxy(kubelets, parts.resources), nodeProxy(kubelets), namespaceFinalize, certificateApproval, ...(tokens === undefined ? [] : [serviceAccountToken(tokens, readers)])];
}
