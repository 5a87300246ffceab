import type { authorizationV1 } from '@gantry/api-types';
import { forbidden, invalid } from '@gantry/apimachinery';
import type { FieldError } from '@gantry/apimachinery';
import type { Answer } from '../http/answer.js';
import type { Authorizer } from '../http/authz/authorizer.js';
import type { Identity } from '../http/authz/identity.js';
import type { RequestBase } from '../verbs/verb.js';
import { attributesErrors, attributesOf, refuseInvalid } from './access-attributes.js';
import { answerReview, decodeReview } from './answer-review.js';
import type { UnstoredKind } from './unstored-kind.js';

type Spec = authorizationV1.SubjectAccessReviewSpec;

const GROUP = { group: 'authorization.k8s.io', version: 'v1' };

/** Of whom a question is: whoever asks, or whom it names. */
interface Question {
  readonly kind: string;
  readonly namespaced: boolean;
  readonly errors: (spec: Spec, request: RequestBase) => FieldError[];
  readonly subject: (spec: Spec, request: RequestBase) => Identity;
}

/** May I. */
export function selfSubjectAccessReview(authorizer: Authorizer): UnstoredKind {
  return review(authorizer, { kind: 'SelfSubjectAccessReview', namespaced: false, errors: () => [], subject: (_spec, { identity }) => identity });
}

/** May they. */
export function subjectAccessReview(authorizer: Authorizer): UnstoredKind {
  return review(authorizer, { kind: 'SubjectAccessReview', namespaced: false, errors: subjectErrors, subject: namedSubject });
}

/** May they, in this namespace. */
export function localSubjectAccessReview(authorizer: Authorizer): UnstoredKind {
  return review(authorizer, { kind: 'LocalSubjectAccessReview', namespaced: true, errors: (spec, request) => [...subjectErrors(spec), ...placeErrors(spec, request)], subject: namedSubject });
}

function review(authorizer: Authorizer, question: Question): UnstoredKind {
  const kind = { ...GROUP, kind: question.kind };
  const singular = question.kind.toLowerCase();
  return { ...kind, resource: `${singular}s`, singular, namespaced: question.namespaced, create: (request) => answer(request, kind, question, authorizer) };
}

async function answer(request: RequestBase, kind: typeof GROUP & { kind: string }, { errors, subject }: Question, authorizer: Authorizer): Promise<Answer> {
  const object = decodeReview<{ spec?: Spec }>(request, kind);
  const spec = object.spec ?? {};
  refuseInvalid(kind.kind, [...attributesErrors(spec), ...errors(spec, request)]);
  const { isAllowed, reason } = authorizer.decide(subject(spec, request), attributesOf(spec));
  return answerReview(request, kind, object, { allowed: isAllowed, ...(reason !== '' && { reason }) });
}

function subjectErrors({ user, groups }: Spec): FieldError[] {
  return user || groups?.length ? [] : [invalid('spec.user', user ?? '', 'at least one of user or group must be specified')];
}

function placeErrors({ resourceAttributes, nonResourceAttributes }: Spec, { namespace }: RequestBase): FieldError[] {
  if (nonResourceAttributes !== undefined) return [forbidden('spec.nonResourceAttributes', 'disallowed on this kind of request')];
  const found = resourceAttributes?.namespace ?? '';
  return found === namespace ? [] : [invalid('spec.resourceAttributes.namespace', found, `must match metadata.namespace: ${namespace}`)];
}

function namedSubject({ user: name = '', groups = [], uid, extra }: Spec): Identity {
  return { name, groups, ...(uid !== undefined && { uid }), ...(extra !== undefined && { extra }) };
}
