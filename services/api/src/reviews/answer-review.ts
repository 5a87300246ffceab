import { apiVersionOf } from '@gantry/apimachinery';
import type { GroupVersionKind } from '@gantry/apimachinery';
import type { ResourceObject } from '@gantry/resources';
import type { Answer } from '../http/answer.js';
import { decodeObject } from '../http/decode-body.js';
import { answerObject } from '../subresources/answer-object.js';
import type { RequestBase } from '../verbs/verb.js';
import { fieldValidation } from '../verbs/write-options.js';

/** The question in a request's body. */
export function decodeReview<T extends object>(request: RequestBase, kind: GroupVersionKind): ResourceObject & T {
  return decodeObject(request.context, kind, fieldValidation(request, 'CreateOptions')) as ResourceObject & T;
}

/** The question with its answer. */
export function answerReview({ context }: RequestBase, kind: GroupVersionKind, review: ResourceObject, status: object): Answer {
  return answerObject(context, 201, { ...review, kind: kind.kind, apiVersion: apiVersionOf(kind), metadata: review.metadata ?? {}, status });
}
