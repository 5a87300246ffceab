import type { Answer } from './wire/answer.js';
import type { Query } from './wire/query.js';

/** Answers a query; at once where it can, so that an answer from memory costs no promise. */
export type Handler = (query: Query) => Answer | Promise<Answer>;

/** One link of the chain: answers, asks the next, or changes what the next said. */
export type Plugin = (next: Handler) => Handler;

/** Applies to an answer whenever it is there. */
export function whenAnswered(answer: Answer | Promise<Answer>, change: (answer: Answer) => Answer): Answer | Promise<Answer> {
  return answer instanceof Promise ? answer.then(change) : change(answer);
}
