import type { certificatesV1 } from '@gantry/api-types';
import { isDNS1123Subdomain, newForbidden, parseCertificateRequest } from '@gantry/apimachinery';
import type { ResourceObject } from '@gantry/resources';
import { BOOTSTRAPPERS_GROUP, NODES_GROUP } from '../http/authz/identity.js';
import type { Claimer, ClaimRequest, Claims } from '../registry/claims.js';
import { keyFingerprint, NODE_USER_PREFIX } from './fingerprint.js';
import type { NodeNames } from './node-names.js';

const KUBELET_SIGNER = 'kubernetes.io/kube-apiserver-client-kubelet';
const RESOURCE = { group: 'certificates.k8s.io', resource: 'certificatesigningrequests' };

/** What a request for a node's certificate is about. */
interface NodeRequest {
  readonly nodeName: string;
  readonly fingerprint: string;
  readonly isJoining: boolean;
}

/**
 * A node that joins takes its name with the request for its certificate, in one write: of two that ask for one name at once, one is refused,
 * and the name of a node that lives is refused to every other key. One that renews keeps its key.
 */
export function nodeRequestClaimer(names: NodeNames): Claimer {
  return {
    claim: (request) => claim(names, request),
    release: () => Promise.resolve([]),
  };
}

async function claim(names: NodeNames, { object, old, dryRun }: ClaimRequest): Promise<Claims> {
  const nothing: Claims = { object, operations: [], refused: () => undefined };
  const request = old === undefined ? nodeRequest(object) : undefined;
  if (request === undefined) return nothing;
  const { nodeName, fingerprint, isJoining } = request;
  if (!isJoining) {
    if (await names.isAnothers(nodeName, fingerprint)) throw newForbidden(RESOURCE, object.metadata.name ?? '', `node ${JSON.stringify(nodeName)} has another key`);
    return nothing;
  }
  const { operation } = await names.claim(nodeName, fingerprint);
  return dryRun ? nothing : { ...nothing, operations: [operation] };
}

/** undefined: it is about no node, or it is made by somebody who is neither a node nor about to be one. */
function nodeRequest(object: ResourceObject): NodeRequest | undefined {
  const { signerName, groups = [], request } = (object as unknown as certificatesV1.CertificateSigningRequest).spec;
  const isJoining = groups.includes(BOOTSTRAPPERS_GROUP);
  if (signerName !== KUBELET_SIGNER || (!isJoining && !groups.includes(NODES_GROUP))) return undefined;
  const { subject, publicKey } = parseCertificateRequest(Buffer.from(request, 'base64'));
  const commonName = subject.commonNames.at(-1) ?? '';
  if (!commonName.startsWith(NODE_USER_PREFIX)) return undefined;
  const nodeName = commonName.slice(NODE_USER_PREFIX.length);
  if (isDNS1123Subdomain(nodeName).length > 0) throw newForbidden(RESOURCE, object.metadata.name ?? '', `${JSON.stringify(nodeName)} cannot be the name of a node`);
  return { nodeName, fingerprint: keyFingerprint(publicKey), isJoining };
}
