import { newBadRequest } from '@gantry/apimachinery';
import type { Answer } from '../../http/answer.js';
import { getObject } from '../../registry/get.js';
import type { KubeletStreams } from '../../streams/kubelet-streams.js';
import { portNumber, proxied } from '../../streams/proxy/proxy.js';
import { isProxyable, parseTargetId } from '../../streams/proxy/target-id.js';
import type { ResourceRequest } from '../../verbs/verb.js';
import { proxySubresource } from '../proxy-subresource.js';
import type { Subresource } from '../subresource.js';
import { addressOf, nodeOf } from './pod-container.js';
import type { PodShape } from './pod-container.js';

/** `/proxy/<path>`: what a pod serves by HTTP, on a port that is named or its first. */
export function podProxy(kubelets: KubeletStreams): Subresource {
  return proxySubresource('pods', 'PodProxyOptions', (request) => proxy(request, kubelets));
}

async function proxy({ env, resource, namespace, name: id, context }: ResourceRequest, kubelets: KubeletStreams): Promise<Answer> {
  const target = parseTargetId(id);
  if (target === undefined) throw newBadRequest(`invalid pod request ${JSON.stringify(id)}`);
  const { name, scheme } = target;
  const { object } = await getObject(env, resource, namespace, name, '0').catch(() => getObject(env, resource, namespace, name));
  const pod = object as PodShape;
  const address = addressOf(pod);
  if (!isProxyable(address)) throw newBadRequest('address not allowed');
  const port = portNumber(target.port || firstPort(pod) || (scheme === 'https' ? '443' : '80'));
  return proxied(context, { nodeName: nodeOf(pod), namespace, pod: name, port, isTls: scheme === 'https', host: `${address}:${port}` }, kubelets);
}

function firstPort({ spec: { containers = [] } }: PodShape): string {
  return String(containers.flatMap(({ ports = [] }) => ports)[0]?.containerPort ?? '');
}
