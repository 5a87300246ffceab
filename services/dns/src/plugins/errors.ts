import type { Logger } from '@gantry/async';
import type { Plugin } from '../plugin.js';
import { SERVER_FAILURE, type Answer } from '../wire/answer.js';
import { nameOf, type Query } from '../wire/query.js';

/** What goes wrong is the client's SERVFAIL and a line of the log, never the end of the server. */
export function errors(logger: Logger): Plugin {
  const failed = (query: Query, err: unknown): Answer => {
    logger.error({ err, name: nameOf(query), type: query.type }, 'a query could not be answered');
    return SERVER_FAILURE;
  };
  return (next) => (query) => {
    try {
      const answer = next(query);
      return answer instanceof Promise ? answer.catch((error: unknown) => failed(query, error)) : answer;
    } catch (error) {
      return failed(query, error);
    }
  };
}
