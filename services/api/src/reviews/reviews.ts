import type { Authorizer } from '../http/authz/authorizer.js';
import type { ServiceAccountTokens } from '../service-accounts/service-account-tokens.js';
import { localSubjectAccessReview, selfSubjectAccessReview, subjectAccessReview } from './access-review.js';
import { selfSubjectRulesReview } from './rules-review.js';
import { selfSubjectReview } from './self-subject-review.js';
import { tokenReview } from './token-review.js';
import type { UnstoredKind } from './unstored-kind.js';

/** All kinds that are answered and not stored, group by group. Without `tokens` no token is anybody's. */
export function createReviews(tokens: ServiceAccountTokens | undefined, authorizer: Authorizer): readonly UnstoredKind[] {
  return [selfSubjectReview, tokenReview(tokens), localSubjectAccessReview(authorizer), selfSubjectAccessReview(authorizer), selfSubjectRulesReview(authorizer), subjectAccessReview(authorizer)];
}
