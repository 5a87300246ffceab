import type { Plugin } from '../plugin.js';
import { SERVER_FAILURE } from '../wire/answer.js';

/** Until the cluster's objects are known, its names fail: that they do not exist would be a lie that resolvers remember. */
export function ready(isSynced: () => boolean, isClusterName: (labels: readonly string[]) => boolean): Plugin {
  return (next) => (query) => (isSynced() || !isClusterName(query.labels) ? next(query) : SERVER_FAILURE);
}
