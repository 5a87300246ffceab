import type { coreV1 } from '@gantry/api-types';
import { goQuote } from '@gantry/apimachinery';
import type { ResourceObject } from '@gantry/resources';
import type { Authorizer } from '../../../http/authz/authorizer.js';
import type { AdmissionRequest } from '../../chain.js';

/** What is asked of an authorizer here. */
export type AudienceAuthorizer = Pick<Authorizer, 'refusal'>;

/** Upstream's verb for a node that asks for another audience; the resource is the audience. */
const VERB = 'request-serviceaccounts-token-audience';

/**
 * Why a node gets no token for these audiences; undefined: it may have it. A node is to get what its pods ask for in their volumes, and not
 * tokens with which it could be its pods elsewhere (KEP-4412). '' and none mean this API.
 */
export function checkAudiences({ object, identity, namespace, name }: AdmissionRequest, pod: ResourceObject, authorizer: AudienceAuthorizer): string | undefined {
  const { audiences } = (object?.['spec'] ?? {}) as { audiences?: readonly string[] };
  const [wanted = '', ...others] = audiences ?? [];
  if (others.length > 0) return 'node may only request 0 or 1 audiences';
  if (audiencesOf(pod['spec'] as coreV1.PodSpec | undefined).includes(wanted)) return undefined;
  const refusal = authorizer.refusal(identity, { verb: VERB, group: '', resource: wanted, subresource: '', namespace, name });
  return refusal === undefined ? undefined : `audience ${goQuote(wanted)} not found in pod spec volume, ${identity.name} is not authorized to request tokens for this audience`;
}

function audiencesOf({ volumes }: Partial<coreV1.PodSpec> = {}): string[] {
  const sources = (volumes ?? []).flatMap(({ projected }) => projected?.sources ?? []);
  return sources.flatMap(({ serviceAccountToken }) => (serviceAccountToken === undefined ? [] : [serviceAccountToken.audience ?? '']));
}
