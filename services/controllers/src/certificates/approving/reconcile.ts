import type { authorizationV1 } from '@gantry/api-types';
import { isConflict, isNotFound } from '@gantry/apimachinery';
import type { Client, TypedResourceReference } from '@gantry/client';
import { CERTIFICATESIGNINGREQUESTS } from '@gantry/client';
import type { Reconcile } from '@gantry/controller';
import { withCondition } from '../conditions.js';
import type { SigningRequest } from '../conditions.js';
import { recognize } from './recognize.js';
import type { Recognized } from './recognize.js';

export interface ApprovingDependencies {
  readonly client: Client;
  readonly request: (name: string) => SigningRequest | undefined;
}

const SUBJECTACCESSREVIEWS: TypedResourceReference<authorizationV1.SubjectAccessReview> = { group: 'authorization.k8s.io', version: 'v1', resource: 'subjectaccessreviews', kind: 'SubjectAccessReview', namespaced: false };

/** Permissions that a requester lacks may be given later, of which nothing tells. */
const ASK_AGAIN_MS = 60_000;

/** Approves requests of kubelets for their client certificates, where the requester is permitted to have that done. */
export function createReconcile({ client, request: read }: ApprovingDependencies): Reconcile {
  return async (name) => {
    const request = read(name);
    if (request === undefined) return;
    const candidates = recognize(request);
    for (const recognized of candidates) {
      if (!(await isPermitted(client, request, recognized))) continue;
      await approve(client, request, recognized);
      return;
    }
    return candidates.length === 0 ? undefined : { requeueAfter: ASK_AGAIN_MS };
  };
}

async function isPermitted(client: Client, { spec }: SigningRequest, { subresource }: Recognized): Promise<boolean> {
  const { username: user, uid, groups, extra } = spec;
  const resourceAttributes = { group: 'certificates.k8s.io', resource: 'certificatesigningrequests', verb: 'create', subresource };
  const review = await client.resource(SUBJECTACCESSREVIEWS).create({ spec: { user, uid, groups, extra, resourceAttributes } });
  return review.status?.allowed === true;
}

async function approve(client: Client, request: SigningRequest, { message }: Recognized): Promise<void> {
  const approved = withCondition(request, { type: 'Approved', status: 'True', reason: 'AutoApproved', message });
  await client.resource(CERTIFICATESIGNINGREQUESTS).update(approved, { subresource: 'approval' }).catch((error: unknown) => {
    // Whoever was faster is an event that comes.
    if (!isConflict(error) && !isNotFound(error)) throw error;
  });
}
