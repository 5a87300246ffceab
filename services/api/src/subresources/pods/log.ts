import { isStreamed } from '../../http/answer.js';
import type { Answer } from '../../http/answer.js';
import { bytesAsMessages, wantsMessages } from '../../http/websocket-stream.js';
import { getObject } from '../../registry/get.js';
import type { KubeletStreams } from '../../streams/kubelet-streams.js';
import type { ResourceRequest } from '../../verbs/verb.js';
import { onlyFor } from '../subresource.js';
import type { Subresource } from '../subresource.js';
import { logQuery } from './log-options.js';
import { containerOf, nodeOf } from './pod-container.js';
import type { PodShape } from './pod-container.js';

/** GET `/log`: what a container wrote, from the kubelet of the pod's node. */
export function podLog(kubelets: KubeletStreams): Subresource {
  return {
    name: 'log',
    appliesTo: onlyFor('', 'pods'),
    bodyKind: ({ group, version, kind }) => ({ group, version, kind }),
    options: { group: '', version: 'v1', kind: 'PodLogOptions' },
    verbs: { get: (request) => log(request, kubelets) },
  };
}

async function log({ env, resource, namespace, name, context }: ResourceRequest, kubelets: KubeletStreams): Promise<Answer> {
  const query = logQuery(context.query, name);
  const { object } = await getObject(env, resource, namespace, name, '0').catch(() => getObject(env, resource, namespace, name));
  const pod = object as PodShape;
  const container = containerOf(pod, context.query.get('container') ?? '');
  const nodeName = nodeOf(pod);
  const path = `/containerLogs/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}/${encodeURIComponent(container)}`;
  const answer = await kubelets.get({ nodeName, path, query, signal: context.signal });
  return wantsMessages(context) && isStreamed(answer) ? bytesAsMessages(answer, context) : answer;
}
