import { rfc3339 } from '@gantry/apimachinery';
import type { Answer } from '../http/answer.js';
import type { RequestBase } from '../verbs/verb.js';
import { answerReview, decodeReview } from './answer-review.js';
import type { UnstoredKind } from './unstored-kind.js';
import { userInfo } from './user-info.js';

const KIND = { group: 'authentication.k8s.io', version: 'v1', kind: 'SelfSubjectReview' };

/** Tells who asks who the server takes it for. */
export const selfSubjectReview: UnstoredKind = { ...KIND, resource: 'selfsubjectreviews', singular: 'selfsubjectreview', namespaced: false, create };

async function create(request: RequestBase): Promise<Answer> {
  const review = decodeReview(request, KIND);
  review.metadata = { ...review.metadata, creationTimestamp: rfc3339(request.env.now()) };
  return answerReview(request, KIND, review, { userInfo: userInfo(request.identity) });
}
