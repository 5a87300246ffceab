import type { GroupVersionKind } from '@gantry/apimachinery';
import type { Answer } from '../http/answer.js';
import type { RequestBase } from '../verbs/verb.js';

/** A kind of questions: a create answers the object with its status filled, and nothing is kept. */
export interface UnstoredKind extends GroupVersionKind {
  /** Plural resource name. */
  readonly resource: string;
  readonly singular: string;
  readonly namespaced: boolean;
  readonly create: (request: RequestBase) => Promise<Answer>;
}
