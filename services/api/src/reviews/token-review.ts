import { newBadRequest } from '@gantry/apimachinery';
import type { Answer } from '../http/answer.js';
import type { ServiceAccountTokens } from '../service-accounts/service-account-tokens.js';
import { TokenError } from '../service-accounts/verified-tokens.js';
import type { RequestBase } from '../verbs/verb.js';
import { answerReview, decodeReview } from './answer-review.js';
import type { UnstoredKind } from './unstored-kind.js';
import { userInfo } from './user-info.js';

const KIND = { group: 'authentication.k8s.io', version: 'v1', kind: 'TokenReview' };

/** Says whose a token is. Without tokens, none is anybody's. */
export function tokenReview(tokens: ServiceAccountTokens | undefined): UnstoredKind {
  return { ...KIND, resource: 'tokenreviews', singular: 'tokenreview', namespaced: false, create: (request) => create(request, tokens) };
}

async function create(request: RequestBase, tokens: ServiceAccountTokens | undefined): Promise<Answer> {
  const review = decodeReview<{ spec?: { token?: string; audiences?: string[] } }>(request, KIND);
  if (!review.spec?.token) throw newBadRequest('token is required for TokenReview in authentication');
  const { token, audiences } = review.spec;
  return answerReview(request, KIND, review, await judged(tokens, token, audiences?.length ? audiences : undefined));
}

async function judged(tokens: ServiceAccountTokens | undefined, token: string, audiences: readonly string[] | undefined): Promise<object> {
  try {
    const found = await tokens?.authenticate(token, audiences);
    if (found === undefined) return { user: {}, error: 'invalid bearer token' };
    return { authenticated: true, user: userInfo(found.identity), audiences: found.audiences };
  } catch (error) {
    if (!(error instanceof TokenError)) throw error;
    return { user: {}, error: error.message };
  }
}
