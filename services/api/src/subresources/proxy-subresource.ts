import type { Answer } from '../http/answer.js';
import type { ResourceRequest } from '../verbs/verb.js';
import { onlyFor } from './subresource.js';
import type { PathsBehind, Subresource } from './subresource.js';

const VERBS = ['create', 'delete', 'get', 'options', 'patch', 'update'];
const ANY_PATH: PathsBehind = { permittedAs: () => undefined };

/** `/proxy` of a resource of the core group: every method is passed on, each by the verb that it is. */
export function proxySubresource(resource: string, kind: string, proxy: (request: ResourceRequest) => Promise<Answer>, behind = ANY_PATH): Subresource {
  return {
    name: 'proxy',
    appliesTo: onlyFor('', resource),
    bodyKind: () => ({ group: '', version: 'v1', kind }),
    isConnection: true,
    verbs: Object.fromEntries(VERBS.map((verb) => [verb, proxy])),
    behind,
  };
}
