import { newBadRequest } from '@gantry/apimachinery';
import { getObject } from '../../registry/get.js';
import type { Answer } from '../../http/answer.js';
import type { KubeletStreams } from '../../streams/kubelet-streams.js';
import { divided, toDirectory } from '../../streams/proxy/proxy.js';
import { parseTargetId } from '../../streams/proxy/target-id.js';
import type { ResourceRequest } from '../../verbs/verb.js';
import { proxySubresource } from '../proxy-subresource.js';
import type { Subresource } from '../subresource.js';

/** What is permitted by a permission of its own, by the first part of the path at the kubelet (KEP-2862). */
const PARTS: readonly string[] = ['metrics', 'stats', 'healthz'];
/** Where a kubelet would listen, if anything could dial it. */
const KUBELET_PORT = '10250';

/** `/proxy/<path>`: what the kubelet of a node shows under that path. */
export function nodeProxy(kubelets: KubeletStreams): Subresource {
  return proxySubresource('nodes', 'NodeProxyOptions', (request) => proxy(request, kubelets), { permittedAs: (rest) => PARTS.find((part) => part === rest.split('/', 1)[0]) });
}

async function proxy({ env, resource, name: id, context }: ResourceRequest, kubelets: KubeletStreams): Promise<Answer> {
  const target = parseTargetId(id);
  if (target === undefined) throw newBadRequest(`invalid node request ${JSON.stringify(id)}`);
  const { name, port } = target;
  await getObject(env, resource, '', name, '0').catch(() => getObject(env, resource, '', name));
  if (port !== '' && port !== KUBELET_PORT) throw newBadRequest(`only the kubelet of node ${JSON.stringify(name)} can be reached, on port ${KUBELET_PORT}`);
  const { behind } = divided(context.path, false);
  const { method, rawQuery, signal } = context;
  if (behind === '' && (method === 'GET' || method === 'HEAD')) return toDirectory(context);
  return kubelets.pass({ nodeName: name, method, path: behind === '' ? '/' : behind, query: rawQuery, signal });
}
