import type { Handler, Plugin } from '../plugin.js';
import { resolveUpstream, type ResolverOptions } from '../upstream/resolver.js';
import { SERVER_FAILURE, type Answer } from '../wire/answer.js';
import type { Query } from '../wire/query.js';

/** Questions under way at once; each holds a socket. */
const MOST_AT_ONCE = 256;

/** The last of the chain: asks the node's resolvers. Beyond its limit it says at once that it cannot, rather than let everybody wait. */
export function forward(options: ResolverOptions): Plugin {
  let underWay = 0;
  const ask = async (query: Query): Promise<Answer> => {
    underWay += 1;
    try {
      return { packet: await resolveUpstream(query, options), age: 0 };
    } catch {
      return SERVER_FAILURE;
    } finally {
      underWay -= 1;
    }
  };
  const handler: Handler = (query) => (underWay >= MOST_AT_ONCE || options.upstreams.all.length === 0 ? SERVER_FAILURE : ask(query));
  return () => handler;
}
