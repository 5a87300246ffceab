import { getObject } from '../../registry/get.js';
import type { Answer } from '../../http/answer.js';
import type { KubeletStreams } from '../../streams/kubelet-streams.js';
import type { ResourceRequest } from '../../verbs/verb.js';
import { onlyFor } from '../subresource.js';
import type { Subresource } from '../subresource.js';

/** What is permitted by a permission of its own, by the first part of the path at the kubelet (KEP-2862). */
const PARTS: readonly string[] = ['metrics', 'stats', 'healthz'];

/** GET `/proxy/<path>`: what the kubelet of a node shows under that path. */
export function nodeProxy(kubelets: KubeletStreams): Subresource {
  return {
    name: 'proxy',
    appliesTo: onlyFor('', 'nodes'),
    bodyKind: () => ({ group: '', version: 'v1', kind: 'NodeProxyOptions' }),
    verbs: { get: (request) => proxy(request, kubelets) },
    behind: { permittedAs: (rest) => PARTS.find((part) => part === rest.split('/', 1)[0]) },
  };
}

async function proxy({ env, resource, name, rest, context }: ResourceRequest, kubelets: KubeletStreams): Promise<Answer> {
  await getObject(env, resource, '', name, '0').catch(() => getObject(env, resource, '', name));
  return kubelets.pass({ nodeName: name, path: `/${rest}`, query: context.rawQuery, signal: context.signal });
}
