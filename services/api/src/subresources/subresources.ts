import type { BoundObjectReaders } from '../service-accounts/bound-objects.js';
import type { ServiceAccountTokens } from '../service-accounts/service-account-tokens.js';
import type { KubeletStreams } from '../streams/kubelet-streams.js';
import { certificateApproval } from './certificate-signing-requests/approval.js';
import { namespaceFinalize } from './namespaces/finalize.js';
import { nodeProxy } from './nodes/proxy.js';
import { podBinding } from './pods/binding.js';
import { podEviction } from './pods/eviction.js';
import { podLog } from './pods/log.js';
import { serviceAccountToken } from './service-accounts/token.js';
import { scale } from './scale/scale.js';
import { status } from './status.js';
import type { Subresource } from './subresource.js';

/** What some of them need. */
export interface SubresourceParts {
  readonly kubelets: KubeletStreams;
  readonly readers: BoundObjectReaders;
  /** Absent: service accounts have no tokens. */
  readonly tokens: ServiceAccountTokens | undefined;
}

/** All subresources. */
export function createSubresources({ kubelets, readers, tokens }: SubresourceParts): readonly Subresource[] {
  return [status, scale, podBinding, podEviction, podLog(kubelets), nodeProxy(kubelets), namespaceFinalize, certificateApproval, ...(tokens === undefined ? [] : [serviceAccountToken(tokens, readers)])];
}
