import type { ServiceAccountTokens } from '../service-accounts/service-account-tokens.js';
import { selfSubjectReview } from './self-subject-review.js';
import { tokenReview } from './token-review.js';
import type { UnstoredKind } from './unstored-kind.js';

/** All kinds that are answered and not stored, group by group. */
export function createReviews(tokens: ServiceAccountTokens | undefined): readonly UnstoredKind[] {
  return [selfSubjectReview, tokenReview(tokens)];
}
