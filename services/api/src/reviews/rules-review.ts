import type { rbacV1 } from '@gantry/api-types';
import { newBadRequest } from '@gantry/apimachinery';
import type { Answer } from '../http/answer.js';
import type { Authorizer } from '../http/authz/authorizer.js';
import { nodeNameOf } from '../http/authz/identity.js';
import type { RequestBase } from '../verbs/verb.js';
import { answerReview, decodeReview } from './answer-review.js';
import type { UnstoredKind } from './unstored-kind.js';

const KIND = { group: 'authorization.k8s.io', version: 'v1', kind: 'SelfSubjectRulesReview' };

/** All that whoever asks may do in a namespace by roles: as upstream, what administrators may without any is not in it. */
export function selfSubjectRulesReview(authorizer: Authorizer): UnstoredKind {
  return { ...KIND, resource: 'selfsubjectrulesreviews', singular: 'selfsubjectrulesreview', namespaced: false, create: (request) => create(request, authorizer) };
}

async function create(request: RequestBase, authorizer: Authorizer): Promise<Answer> {
  const review = decodeReview<{ spec?: { namespace?: string } }>(request, KIND);
  const namespace = review.spec?.namespace;
  if (!namespace) throw newBadRequest('no namespace on request');
  const { grants, problems } = authorizer.rbac.grantsOf(request.identity, namespace);
  const policies = grants.map(({ policy }) => policy);
  const unsupported = nodeNameOf(request.identity) === undefined ? [] : ['node authorizer does not support user rule resolution'];
  const errors = [...unsupported, ...problems];
  return answerReview(request, KIND, review, {
    resourceRules: policies.filter(({ nonResourceURLs }) => !nonResourceURLs?.length).map(resourceRule),
    nonResourceRules: policies.filter(({ nonResourceURLs }) => nonResourceURLs?.length).map(({ verbs, nonResourceURLs }) => ({ verbs, nonResourceURLs })),
    incomplete: errors.length > 0,
    ...(errors.length > 0 && { evaluationError: errors.join(', ') }),
  });
}

function resourceRule({ verbs, apiGroups, resources, resourceNames }: rbacV1.PolicyRule): object {
  return { verbs, apiGroups, resources, ...(resourceNames?.length && { resourceNames }) };
}
